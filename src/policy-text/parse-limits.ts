import { LIMIT_NAMES, type Limits } from '../policy/limits.ts';
import { placeOf, type Origin } from './placed-entry.ts';
import type { LimitsInput } from './schema-limits.ts';

/** The limits that are enforced, as numbers: bytes, counts, milliseconds. */
export function parseLimits(input: LimitsInput | undefined, origin: Origin): Limits {
  return Object.fromEntries(
    LIMIT_NAMES.flatMap((name) => {
      const written = input?.[name];
      return written === undefined ? [] : [[name, { value: toNumber(written), at: placeOf(origin, name) }]];
    }),
  );
}

/** `512MiB`, `10min`, 64. What is more than a number can hold exactly is more than any machine has. */
function toNumber(written: string | number): number {
  if (typeof written === 'number') return written;
  const unit = written.replace(/^\d+/, '');
  return Math.min(Number.parseInt(written, 10) * (UNITS[unit] ?? 1), Number.MAX_SAFE_INTEGER);
}

const UNITS: Record<string, number> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
