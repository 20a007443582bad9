import { allow, deny, type Decision } from '../finding/decision.ts';
import type { Finding } from '../finding/finding.ts';
import type { Entries, Entry } from './decide-server.ts';

/** Asks every layer, and takes no no: what each of them answered, or everything that one of them has against it. */
export function askEach<Granted>(
  entries: Entries,
  decide: (entry: Entry, index: number) => Decision<Granted>,
): Decision<readonly Granted[]> {
  const granted: Granted[] = [];
  const findings: Finding[] = [];
  for (const [index, entry] of entries.entries()) {
    const answer = decide(entry, index);
    if (answer.allowed) granted.push(answer.granted);
    else findings.push(...answer.findings);
  }
  return findings.length > 0 ? deny(...findings) : allow(granted);
}
