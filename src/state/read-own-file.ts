import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { stepsOf } from '../host/host.ts';
import { custody } from '../match/custody.ts';

/** The bytes of a file of ours, or undefined when it is missing or someone else could have written it. */
export function readOwnFile(path: string, uid: number): Buffer | undefined {
  const descriptor = openOwnFile(path, uid);
  if (descriptor === undefined) return undefined;
  try {
    return readFileSync(descriptor);
  } catch {
    return undefined; // it is made anew, and that fails aloud
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor of a file of ours, or undefined when it is missing or someone else could have written it. */
export function openOwnFile(path: string, uid: number): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  if (isOwn(descriptor, path, uid)) return descriptor;
  closeSync(descriptor);
  return undefined;
}

function isOwn(descriptor: number, path: string, owner: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    const { uid, gid, mode } = stats;
    return (
      stats.isFile() &&
      stats.size <= MAX_BYTES &&
      custody([{ path, uid, gid, mode }], owner).of !== 'others' &&
      custody(stepsOf(realpathSync.native(dirname(path))), owner).of !== 'others'
    );
  } catch {
    return false; // it went away meanwhile
  }
}

const MAX_BYTES = 16 * 1024 * 1024;
