import { closeSync, lstatSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { Mask } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { created, openNames, type Names } from './absent-names.ts';
import { asMountinfo, MountList, mountsOf, type Mounted } from './mount-list.ts';

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
  const mounts = new MountList(pid);
  const places: Place[] = [];
  const names: Names[] = [];
  let known = mounts.read();
  for (const mask of masks) {
    const one = mask.kind === 'absent' ? openNames(mask) : findPlace(mask, mountsOf(known), pid);
    if (!one || ('names' in one && created(one))) return deny(changed(mask));
    if ('names' in one) names.push(one);
    else places.push(one);
  }
  const elsewhere = findElsewhere(places, known, mounts);
  if (elsewhere) return deny(changed(elsewhere));
  if (mountsOf(known).some(({ path }) => path === '/oldroot' || path.startsWith('/oldroot/'))) return deny(leftOpen());

  const look = (): Finding | undefined => {
    const now = mounts.read();
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
      mounts.close();
      for (const { descriptor } of names) closeSync(descriptor);
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

/**
 * A mask that lies over another thing than was found there. Where a server moved that away just then, bubblewrap made
 * an empty one in its place and mounted on that, under the very same path. So what lies at the path outside must be what
 * was found, and the mounts the same before and after: some times in a row, for who exchanges the two without end is
 * seen at the right moment now and then.
 */
function findElsewhere(places: readonly Place[], known: string, mounts: MountList): Mask | undefined {
  for (let look = 0; look < LOOKS; look += 1) {
    const moved = places.find(({ mask }) => !isHeld(mask));
    if (moved) return moved.mask;
    if (mounts.read() !== known) return places[0]?.mask;
  }
  return undefined;
}

const LOOKS = 5;

function isHeld(mask: Mask): boolean {
  const stats = lstatSync(mask.path, { throwIfNoEntry: false });
  return 'held' in mask && stats?.ino === mask.held?.inode && stats?.dev === mask.held?.device;
}

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
