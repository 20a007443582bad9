import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

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
