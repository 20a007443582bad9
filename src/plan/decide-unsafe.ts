import type { Ceiling, Placed } from '../policy/policy.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import type { Entries } from './decide-server.ts';
import type { Narrowing } from './plan.ts';

/** What is given up: what every layer gives up, and the ceiling lets go. Everything else is decided with that. */
export function decideUnsafe(
  [strongest, ...others]: Entries,
  ceiling: Ceiling | undefined,
): { readonly granted: readonly Placed<Unsafe>[]; readonly narrowed: readonly Narrowing[] } {
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
  return { granted, narrowed };
}

function allowed(name: Unsafe, by: readonly Placed<Unsafe>[]): boolean {
  return by.some(({ value }) => value === name);
}
