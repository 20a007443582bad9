import { ceilingOf, type Placed, type Policy } from '../policy/policy.ts';
import type { Entries } from './decide-server.ts';

/** What is to stay hidden from a server: whatever any layer, the ceiling or the project says. */
export function hidesOf(policy: Policy, entries: Entries): readonly Placed<string>[] {
  const [{ server }] = entries;
  return [
    ...(ceilingOf(policy)?.hide ?? []),
    ...entries.flatMap((entry) => entry.server.hide),
    ...(policy.project?.servers.find(({ id }) => id === server.id)?.hide ?? []),
  ];
}
