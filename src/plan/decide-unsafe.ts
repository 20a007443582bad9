import type { Ceiling, Placed, ServerPolicy } from '../policy/policy.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import type { Entries, Entry } from './decide-server.ts';
import type { Narrowing } from './plan.ts';

export interface GivenUp {
  /** The entries, each giving up what all give up and no more: everything else is decided with these. */
  readonly entries: Entries;
  readonly granted: readonly Placed<Unsafe>[];
  readonly narrowed: readonly Narrowing[];
}

/** What is given up: what every layer gives up, and the ceiling lets go. */
export function decideUnsafe(asked: Entries, ceiling: Ceiling | undefined): GivenUp {
  const [strongest, ...others] = asked;
  const limits = [
    ...others.map(({ server }) => ({ unsafe: server.unsafe, at: server.at })),
    ...(ceiling ? [{ unsafe: ceiling.unsafe, at: ceiling.at }] : []),
  ];
  const granted = strongest.server.unsafe.filter(({ value }) => limits.every(({ unsafe }) => allowed(value, unsafe)));
  const beyondCeiling = ({ value }: Placed<Unsafe>): boolean =>
    ceiling !== undefined && !allowed(value, ceiling.unsafe);
  // What only the strongest gives up, it gives up in vain for the sake of those below it: they are told of nothing.
  const inVain = [
    ...strongest.server.unsafe.filter(beyondCeiling),
    ...others.flatMap(({ server }) => server.unsafe.filter(({ value }) => !allowed(value, granted))),
  ];
  const narrowed = inVain.map((entry): Narrowing => {
    const by = ceiling && beyondCeiling(entry) ? ceiling.at : strongest.server.at;
    return { what: `unsafe ${entry.value}`, at: entry.at, by };
  });
  return { entries: withUnsafe(asked, granted), granted, narrowed };
}

function withUnsafe([first, ...others]: Entries, unsafe: ServerPolicy['unsafe']): Entries {
  const narrow = (entry: Entry): Entry => ({ ...entry, server: { ...entry.server, unsafe } });
  return [narrow(first), ...others.map(narrow)];
}

function allowed(name: Unsafe, by: readonly Placed<Unsafe>[]): boolean {
  return by.some(({ value }) => value === name);
}
