import { refusal, type Finding } from '../finding/finding.ts';
import type { Placed, Policy } from '../policy/policy.ts';
import type { Entries } from './decide-server.ts';

/** What the policy asks for and this version does not do: the launch is refused, for the author counts on it. */
export function findPostponed(policy: Policy, entries: Entries): Finding[] {
  return postponedFor(policy, entries).map(({ value, at }) =>
    refusal(
      'not-enforced-yet',
      `\`${value}\` is not enforced by this version, and is not ignored either`,
      'remove it, if the server may run without it',
      at,
    ),
  );
}

/** The keys themselves, of every layer that has a say. */
export function postponedFor({ layers, project }: Policy, entries: Entries): readonly Placed<string>[] {
  const [{ server }] = entries;
  return [
    ...layers.flatMap((layer) => [...layer.postponed, ...(layer.ceiling?.postponed ?? [])]),
    ...entries.flatMap((entry) => entry.server.postponed),
    ...(project?.servers.find(({ id }) => id === server.id)?.postponed ?? []),
  ];
}
