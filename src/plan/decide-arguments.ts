import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { Entries, Entry } from './decide-server.ts';
import { fillSlots, fillWhole, type Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import type { Request } from './request.ts';

/**
 * The arguments that every layer allows, and of each layer how it took them. A layer proposes by filling its own slots
 * and every other one is asked for the whole list; the strongest whose proposal all allow decides.
 */
export function decideArguments(
  request: Request,
  entries: Entries,
  host: Host,
  engines: Engines,
): Decision<readonly Filled[]> {
  const refused: Finding[] = [];
  for (const { server } of entries) {
    const proposal =
      request.kind === 'server'
        ? fillSlots(server, request.args, host, engines)
        : fillWhole(server, request.args, host, engines);
    if (!proposal.allowed) {
      refused.push(...proposal.findings);
      continue;
    }
    if (entries.length === 1) return allow([proposal.granted]);
    const words = proposal.granted.args.map(({ value }) => value);
    const answers = entries.map((other) => fillWhole(other.server, words, host, engines));
    const filled = answers.flatMap((answer) =>
      answer.allowed && isSame(answer.granted, words) ? [answer.granted] : [],
    );
    if (filled.length === entries.length) return allow(filled);
  }
  return deny(...(refused.length > 0 ? refused : [conflict(entries)]));
}

function isSame({ args }: Filled, words: readonly string[]): boolean {
  return args.length === words.length && args.every(({ value }, index) => value === words[index]);
}

function conflict([strongest, ...others]: Entries): Finding {
  const other: Entry = others[0] ?? strongest;
  return {
    ...refusal(
      'layer-conflict',
      `\`${other.server.id}\` has arguments here that another policy’s entry does not allow`,
      'write the same `args` in both, or remove this entry',
      other.server.args[0]?.at ?? other.server.at,
    ),
    related: [{ message: 'the other entry', place: strongest.server.args[0]?.at ?? strongest.server.at }],
  };
}
