import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  watch,
  type FSWatcher,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Mask } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';

/** Masks that are in place, looked at as often as anything passes. */
export interface Watch {
  /** What is no longer as it was when the server was started. Once lost, it stays so. */
  lost(): Finding | undefined;
  /** Calls back where something may have changed: at once where the kernel tells of it, else within a second. */
  start(onChange: () => void): void;
  close(): void;
}

/**
 * Sees that every mask stands in a sandbox whose server has not begun, and goes on seeing it. `pid` is the sandbox's
 * process that waits.
 *
 * The kernel's own list of the sandbox's mounts is the witness: a mount goes when another file takes the place of what
 * it lies on, wherever that is done, and changes its path when a directory above it is moved. One reading tells of all.
 */
export function watchMasks(masks: readonly Mask[], pid: number): Decision<Watch> {
  const mounts = openSync(`/proc/${pid}/mountinfo`, constants.O_RDONLY);
  const places: Place[] = [];
  const names: Names[] = [];
  let known = readMounts(mounts);
  for (const mask of masks) {
    const one = mask.kind === 'absent' ? openNames(mask) : findPlace(mask, mountsOf(known), pid);
    if (!one || ('names' in one && created(one))) return deny(changed(mask));
    if ('names' in one) names.push(one);
    else places.push(one);
  }
  if (mountsOf(known).some(({ path }) => path === '/oldroot' || path.startsWith('/oldroot/'))) return deny(leftOpen());

  const look = (): Finding | undefined => {
    const now = readMounts(mounts);
    if (now !== known) {
      const byId = new Map(mountsOf(now).map(({ id, path }) => [id, path]));
      const gone = places.find(({ id, path }) => byId.get(id) !== path);
      if (gone) return uncovered(gone.mask);
      known = now;
    }
    for (const one of names) {
      const name = created(one);
      if (name !== undefined) return appeared(one.mask, name);
    }
    return undefined;
  };
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lost: Finding | undefined;
  return allow({
    lost: () => (lost ??= look()),
    start: (onChange) => {
      timer = setInterval(onChange, EVERY).unref();
      const directories = masks.map(({ kind, path }) => (kind === 'absent' ? path : dirname(path)));
      for (const directory of new Set(directories)) watchers.push(...watching(directory, onChange));
    },
    close: () => {
      clearInterval(timer);
      for (const watcher of watchers) watcher.close();
      for (const descriptor of [mounts, ...names.map((one) => one.descriptor)]) closeSync(descriptor);
    },
  });
}

/** Milliseconds: for what the kernel does not tell of, network file systems and an account that watches too much. */
const EVERY = 1000;

/** A mask that is a mount, and where it was made. */
interface Place {
  readonly mask: Mask;
  readonly id: string;
  readonly path: string;
}

function findPlace(
  mask: Exclude<Mask, { kind: 'absent' }>,
  mounts: readonly Mounted[],
  pid: number,
): Place | undefined {
  const path = asMountinfo(mask.path);
  const mounted = mounts.findLast((mount) => mount.path === path);
  if (!mounted || !mounted.options.includes('ro')) return undefined;
  if (mask.kind === 'hidden') return mounted.type === 'tmpfs' ? { mask, id: mounted.id, path } : undefined;
  const stats = lstatSync(`/proc/${pid}/root${mask.path}`, { throwIfNoEntry: false });
  const isSame = stats?.ino === mask.held?.inode && stats?.dev === mask.held?.device;
  return isSame ? { mask, id: mounted.id, path } : undefined;
}

/** A line of proc_pid_mountinfo(5), as Latin-1: names are bytes. */
interface Mounted {
  readonly id: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly type: string | undefined;
}

function mountsOf(text: string): Mounted[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, , , , path, options] = before.split(' ');
    const [type] = after.split(' ');
    return id && path && options ? [{ id, path, options: options.split(','), type }] : [];
  });
}

function asMountinfo(path: string): string {
  return Buffer.from(path)
    .toString('latin1')
    .replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function readMounts(descriptor: number): string {
  const parts: string[] = [];
  const buffer = Buffer.alloc(CHUNK);
  for (let at = 0, length = 1; length > 0; at += length) {
    length = readSync(descriptor, buffer, 0, CHUNK, at);
    parts.push(buffer.toString('latin1', 0, length));
  }
  return parts.join('');
}

const CHUNK = 64 * 1024;

/** Names that are not to come, in a directory held by a descriptor: it stays the same one wherever it is moved to. */
interface Names {
  readonly mask: Mask;
  readonly descriptor: number;
  readonly names: readonly string[];
  quietSince: bigint | undefined;
}

function openNames(mask: Extract<Mask, { kind: 'absent' }>): Names | undefined {
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
function created(one: Names): string | undefined {
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

function watching(directory: string, onChange: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, onChange);
    return [watcher.on('error', onChange)];
  } catch {
    return []; // inotify(7) has limits for each account; the timer stands in
  }
}

function changed({ path, because }: Mask): Finding {
  return refusal(
    'path-changed',
    `\`${path}\` was changed while it was being masked for the server`,
    'start it again; if this comes back, find out what replaces it',
    because.at,
  );
}

function leftOpen(): Finding {
  return refusal(
    'sandbox-failed',
    'bubblewrap left the machine’s own files in the sandbox',
    'install bubblewrap 0.12.0 or newer; `mcp-secure-run doctor` says which one is there',
  );
}

function uncovered({ kind, path, because }: Mask): Finding {
  const what = kind === 'hidden' ? 'hidden from' : 'protected from';
  return refusal(
    'mask-lost',
    `\`${path}\`, or a directory above it, was replaced or moved, and is no longer ${what} the server`,
    'start it again, which masks what is there then; who replaces such files does it best while no server runs',
    because.at,
  );
}

function appeared({ path, because }: Mask, name: string): Finding {
  return refusal(
    'mask-lost',
    `\`${path}/${name}\` was created while the server ran, and other programs obey such files`,
    'look at it before you commit, open or run anything there; then start the server again',
    because.at,
  );
}
