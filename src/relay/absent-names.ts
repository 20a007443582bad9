import { constants, closeSync, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import type { Mask } from '../confine/spawn.ts';

/** Names that are not to come, in a directory held by a descriptor: it stays the same one wherever it is moved to. */
export interface Names {
  readonly mask: Mask;
  readonly descriptor: number;
  readonly names: readonly string[];
  quietSince: bigint | undefined;
}

export function openNames(mask: Extract<Mask, { kind: 'absent' }>): Names | undefined {
  try {
    const descriptor = openSync(mask.path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const isThere = readlinkSync(`/proc/self/fd/${descriptor}`) === mask.path;
    if (isThere) return { mask, descriptor, names: mask.names, quietSince: undefined };
    closeSync(descriptor);
  } catch {
    // Gone or moved meanwhile, and the caller says so.
  }
  return undefined;
}

/** open(2), Linux: a handle on the place. Not among Node's constants. */
const O_PATH = 0o10000000;

/**
 * The first of the names that is there. A directory that has not changed since it was looked at has no new one; but its
 * time goes by ticks of some milliseconds, so one that changed just now is looked at again.
 */
export function created(one: Names): string | undefined {
  const { mtimeNs } = fstatSync(one.descriptor, { bigint: true });
  if (mtimeNs === one.quietSince) return undefined;
  const isOld = BigInt(Date.now()) * 1_000_000n - mtimeNs > TICKS;
  const place = `/proc/self/fd/${one.descriptor}`;
  const found = one.names.find((name) => lstatSync(`${place}/${name}`, { throwIfNoEntry: false }) !== undefined);
  if (found === undefined && isOld) one.quietSince = mtimeNs;
  return found;
}

/** Nanoseconds: more than the longest tick that a kernel is built with, 10 ms. */
const TICKS = 100_000_000n;
