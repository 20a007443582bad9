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
  const narrowed = [strongest, ...others].flatMap(({ server }) =>
    server.unsafe
      .filter(({ value }) => !allowed(value, granted))
      .map(({ value, at }): Narrowing => {
        const by = ceiling && !allowed(value, ceiling.unsafe) ? ceiling.at : strongest.server.at;
        return { what: `unsafe ${value}`, at, by };
      }),
  );
  return { granted, narrowed };
}

function allowed(name: Unsafe, by: readonly Placed<Unsafe>[]): boolean {
  return by.some(({ value }) => value === name);
}
