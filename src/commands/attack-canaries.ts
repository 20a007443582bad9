import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Credentials } from '../host/run-briefly.ts';
import type { Cleanup } from './cleanup.ts';
import { mayWrite } from '../host/may-write.ts';

/** A directory that `servers` may enter, if that is another account, and that nobody may list but us. */
export function makeDirectory(servers: Credentials, cleanup: Cleanup): string {
  // `TMPDIR` comes last: what it names another account often may not enter.
  const parent = ['/tmp', '/var/tmp'].find((path) => mayWrite(path)) ?? tmpdir();
  const directory = mkdtempSync(join(realpathSync(parent), `mcp-secure-run-attack-${process.pid}-`));
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, servers.uid === undefined ? 0o700 : 0o711);
  return directory;
}

/** A directory to read, one to write, and one with a canary, all owned by `servers`; and the program that attacks. */
export function layFiles(at: string, text: string, servers: Credentials, program: string) {
  const paths = { read: `${at}/read`, write: `${at}/write`, victim: `${at}/victim` };
  const made: string[] = [];
  mkdirSync(at);
  chmodSync(at, 0o755);
  for (const path of [...Object.values(paths), `${paths.write}/inner`]) {
    mkdirSync(path);
    made.push(path);
  }
  const canary = `${paths.victim}/canary`;
  for (const path of [canary, `${paths.read}/kept`]) {
    writeFileSync(path, `${text}\n`);
    made.push(path);
  }
  for (const path of made) {
    chmodSync(path, path === canary || path.endsWith('/kept') ? 0o644 : 0o755);
    if (servers.uid !== undefined && servers.gid !== undefined) chownSync(path, servers.uid, servers.gid);
  }
  symlinkSync(paths.victim, `${paths.read}/link`);
  copyFileSync(program, `${at}/attack-probe.cjs`);
  chmodSync(`${at}/attack-probe.cjs`, 0o644);
  return { ...paths, canary, program: `${at}/attack-probe.cjs` };
}

/** In our own directory for state, which may have to be made for it; undefined where that cannot be. */
export function layInHome(state: string, text: string, cleanup: Cleanup): string | undefined {
  try {
    const first = mkdirSync(state, { recursive: true, mode: 0o700 });
    if (first !== undefined) cleanup.add(() => removeEmpty(state, first));
    return lay(`${state}/canary-${randomUUID()}`, text, cleanup);
  } catch {
    return undefined;
  }
}

/** A directory and those above it up to `first`; one that somebody put something in meanwhile stays. */
function removeEmpty(path: string, first: string): void {
  rmdirSync(path);
  if (path !== first) removeEmpty(dirname(path), first);
}

export function layInSharedMemory(text: string, cleanup: Cleanup): string | undefined {
  try {
    return lay(`/dev/shm/mcp-secure-run-attack-${process.pid}-${randomUUID()}`, text, cleanup);
  } catch {
    return undefined;
  }
}

function lay(path: string, text: string, cleanup: Cleanup): string {
  cleanup.add(() => rmSync(path, { force: true }));
  writeFileSync(path, `${text}\n`, { flag: 'wx' });
  chmodSync(path, 0o644);
  return path;
}
