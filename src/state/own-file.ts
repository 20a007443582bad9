import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/**
 * Writes a file of ours whole or not at all: two starts at one moment, or a crash, leave one complete file. With
 * `keep`, a file that is there stays, so that the first writer's wins. For us alone to read, unless it is for all.
 * Throws.
 */
export function writeOwnFile(path: string, data: string | Uint8Array, { keep = false, isForAll = false } = {}): void {
  mkdirSync(dirname(path), { recursive: true, mode: isForAll ? 0o755 : 0o700 });
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    writeFileSync(draft, data, { mode: isForAll ? 0o644 : 0o600, flag: 'wx' });
    const descriptor = openSync(draft, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (keep) linkSync(draft, path);
    else renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
