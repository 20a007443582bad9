import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stepsOf } from '../host/host.ts';
import { sha256 } from '../host/hash.ts';
import { codeOf } from '../host/system-error.ts';
import { readManifest, type Item } from '../lock/manifest.ts';
import { custody } from '../match/custody.ts';
import { treeDirectory, type Store } from './places.ts';
import { keepStats, readStats, statLine, statPaths } from './stat-manifest.ts';

export interface TreeToVerify {
  readonly store: Store;
  /** The manifest's SHA-256, as the lock says it. */
  readonly manifest: string;
  /** What is executed of it, relative to the tree, and its SHA-256: compared by content, always. */
  readonly entry?: { readonly path: string; readonly sha256: string };
  readonly uid: number;
  /** Whether to compare every file by its content, whatever the stat manifest says. */
  readonly deep: boolean;
}

/** A tree is what was locked, or this is what it is not. Paths of `changed` are relative to the tree. */
export type TreeVerdict =
  | { readonly ok: true; readonly tree: string; readonly items: number; readonly hashed: number }
  | { readonly ok: false; readonly fault: TreeFault };

export type TreeFault =
  | { readonly kind: 'missing'; readonly path: string }
  /** It, or a directory above it, could be written by others, or is no plain directory. */
  | { readonly kind: 'custody'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly code: string }
  | { readonly kind: 'manifest'; readonly path: string }
  | { readonly kind: 'changed'; readonly path: string; readonly how: 'content' | 'gone' | 'kind' | 'mode' | 'added' };

/**
 * Whether a tree of the store is, file by file, what the lock says.
 *
 * The manifest is compared by its hash, what is executed by its content, and everything else by what lstat(2) says of it:
 * of what differs from the last time, the content is compared, and the new state kept. A directory changes when something
 * is put into it or taken out, so nothing can come in beside what the manifest names. Synchronous: lstat(2) of thousands
 * of files costs less than to wait for each of them in a thread. It proves against a changed package and a crash, not
 * against another program of the same account, which can write the lock as well.
 */
export function verifyTree(asked: TreeToVerify): TreeVerdict {
  const directory = treeDirectory(asked.store, asked.manifest);
  try {
    return verify(asked, directory);
  } catch (error) {
    return fail({ kind: 'unreadable', path: directory, code: codeOf(error) });
  }
}

function verify({ store, manifest, entry, uid, deep }: TreeToVerify, directory: string): TreeVerdict {
  const tree = `${directory}/tree`;
  if (!lstatSync(tree, { throwIfNoEntry: false })) return fail({ kind: 'missing', path: directory });
  // None of the steps is followed: a link among them is no directory of ours.
  const steps = stepsOf(tree);
  const keeper = custody(steps, uid);
  if (keeper.of === 'others') return fail({ kind: 'custody', path: keeper.path });
  const own = steps.find(({ path, mode }) => path.startsWith(store.trees) && (mode & S_IFMT) !== S_IFDIR);
  if (own) return fail({ kind: 'custody', path: own.path });

  const text = readFileSync(`${directory}/manifest`);
  if (sha256(text) !== manifest) return fail({ kind: 'manifest', path: `${directory}/manifest` });
  const items = readManifest(text.toString());
  if (!items) return fail({ kind: 'manifest', path: `${directory}/manifest` });

  const paths = statPaths(items);
  const kept = deep ? undefined : readStats(store.stats, manifest, uid);
  const known = kept?.lines.length === paths.length ? kept.lines : undefined;
  const lines: string[] = [];
  let hashed = 0;
  let all: ReadonlySet<string> | undefined; // made only where a directory differs
  for (const [index, path] of paths.entries()) {
    const line = statLine(path === '' ? tree : `${tree}/${path}`);
    lines.push(line ?? '');
    const item = items[index];
    if (line !== undefined && line === known?.[index] && (!entry || item?.path !== entry.path)) continue;
    const how = item ? compareItem(tree, item) : compareDirectory(tree, path, (all ??= new Set(paths)));
    if (how !== undefined) return fail({ kind: 'changed', path: path || '.', how });
    hashed += 1;
  }
  if (entry && !items.some((item) => item.kind === 'file' && item.path === entry.path && item.sha256 === entry.sha256))
    return fail({ kind: 'changed', path: entry.path, how: 'content' });
  if (!known || lines.some((line, index) => line !== known[index])) keepStats(store.stats, manifest, { lines });
  return { ok: true, tree, items: items.length, hashed };
}

function fail(fault: TreeFault): TreeVerdict {
  return { ok: false, fault };
}

type How = Extract<TreeFault, { kind: 'changed' }>['how'];

function compareItem(tree: string, item: Item): How | undefined {
  const path = `${tree}/${item.path}`;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  if (item.kind === 'link') {
    if (!stats.isSymbolicLink()) return 'kind';
    return readlinkSync(path) === item.to ? undefined : 'content';
  }
  if (!stats.isFile()) return 'kind';
  if ((stats.mode & 0o7022) !== 0 || ((stats.mode & 0o100) !== 0) !== item.executable) return 'mode';
  if (stats.size !== item.size) return 'content';
  // What is open is what is hashed: a link that came meanwhile is not followed.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(descriptor).isFile() && sha256(readFileSync(descriptor)) === item.sha256 ? undefined : 'content';
  } finally {
    closeSync(descriptor);
  }
}

/** `all` are the paths that belong to the tree. */
function compareDirectory(tree: string, path: string, all: ReadonlySet<string>): How | undefined {
  const own = path === '' ? tree : `${tree}/${path}`;
  const stats = lstatSync(own, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  if (!stats.isDirectory()) return 'kind';
  if ((stats.mode & 0o022) !== 0) return 'mode';
  return readdirSync(own).every((name) => all.has(path === '' ? name : `${path}/${name}`)) ? undefined : 'added';
}

// inode(7)
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
