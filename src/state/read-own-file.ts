import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { stepsOf } from '../host/host.ts';
import { custody } from '../match/custody.ts';

/** The bytes of a file of ours, or undefined when it is missing or someone else could have written it. */
export function readOwnFile(path: string, uid: number): Buffer | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      const isOurs =
        stats.isFile() &&
        stats.size <= MAX_BYTES &&
        custody([{ path, uid: stats.uid, gid: stats.gid, mode: stats.mode }], uid).of !== 'others';
      return isOurs && custody(stepsOf(realpathSync.native(dirname(path))), uid).of !== 'others'
        ? readFileSync(descriptor)
        : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined; // missing or not readable: it is made anew, and that fails aloud
  }
}

const MAX_BYTES = 16 * 1024 * 1024;
