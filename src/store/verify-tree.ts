import { lstatSync, readFileSync } from 'node:fs';
import { stepsOf } from '../host/host.ts';
import { sha256 } from '../host/hash.ts';
import { codeOf } from '../host/system-error.ts';
import { readManifest } from '../lock/manifest.ts';
import { custody } from '../match/custody.ts';
import { compareTree, isContent, type Changed } from './compare-tree.ts';
import { treeDirectory, type Store } from './places.ts';
import { isSame, keepStats, lookAt, readStats, type Stats } from './stat-manifest.ts';

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

/** A tree is what was locked, or this is what it is not. */
export type TreeVerdict =
  | { readonly ok: true; readonly tree: string; readonly items: number; readonly hashed: number }
  | Faulty;

interface Faulty {
  readonly ok: false;
  readonly fault: TreeFault;
}

export type TreeFault =
  | { readonly kind: 'missing'; readonly path: string }
  /** It, or a directory above it, could be written by others, or is no plain directory. */
  | { readonly kind: 'custody'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly code: string }
  | { readonly kind: 'manifest'; readonly path: string }
  | ({ readonly kind: 'changed' } & Changed);

/**
 * Whether a tree of the store is, file by file, what the lock says.
 *
 * The manifest is compared by its hash, what is executed by its content, and everything else by what lstat(2) says of it:
 * of what differs from the last time, the content is compared, and the new state kept. Where nothing does, the manifest is
 * not taken apart. Synchronous: lstat(2) of thousands of files costs less than to wait for each of them in a thread. It
 * proves against a changed package and a crash, not against another program of the same account, which can write the lock
 * as well.
 */
export function verifyTree(asked: TreeToVerify): TreeVerdict {
  return orUnreadable(asked, (directory) => {
    const place = judgePlace(asked, directory);
    return place.ok ? verify(asked, directory, place.tree) : place;
  });
}

/** Whether the store has a tree that nobody else could have written, whatever is in it. */
export function verifyPlace(asked: TreeToVerify): PlaceVerdict {
  return orUnreadable(asked, (directory) => judgePlace(asked, directory));
}

export type PlaceVerdict = { readonly ok: true; readonly tree: string } | Faulty;

function orUnreadable<Verdict>(asked: TreeToVerify, judge: (directory: string) => Verdict): Verdict | Faulty {
  const directory = treeDirectory(asked.store, asked.manifest);
  try {
    return judge(directory);
  } catch (error) {
    return fail({ kind: 'unreadable', path: directory, code: codeOf(error) });
  }
}

function judgePlace({ store, uid }: TreeToVerify, directory: string): PlaceVerdict {
  const tree = `${directory}/tree`;
  if (!lstatSync(tree, { throwIfNoEntry: false })) return fail({ kind: 'missing', path: directory });
  // None of the steps is followed: a link among them is no directory of ours.
  const steps = stepsOf(tree);
  const keeper = custody(steps, uid);
  if (keeper.of === 'others') return fail({ kind: 'custody', path: keeper.path });
  const own = steps.find(({ path, mode }) => path.startsWith(store.trees) && (mode & S_IFMT) !== S_IFDIR);
  return own ? fail({ kind: 'custody', path: own.path }) : { ok: true, tree };
}

function verify({ store, manifest, entry, uid, deep }: TreeToVerify, directory: string, tree: string): TreeVerdict {
  const text = readFileSync(`${directory}/manifest`);
  if (sha256(text) !== manifest) return fail({ kind: 'manifest', path: `${directory}/manifest` });
  const kept = deep ? undefined : readStats(store.stats, manifest, uid);
  if (kept && isAsKept(tree, kept, entry))
    return { ok: true, tree, items: kept.paths.indexOf(''), hashed: entry ? 1 : 0 };

  const items = readManifest(text.toString());
  if (!items) return fail({ kind: 'manifest', path: `${directory}/manifest` });
  const compared = compareTree(tree, items, kept, entry?.path);
  if ('changed' in compared) return fail({ kind: 'changed', ...compared.changed });
  if (entry && !items.some((item) => item.kind === 'file' && item.path === entry.path && item.sha256 === entry.sha256))
    return fail({ kind: 'changed', path: entry.path, how: 'content' });
  keepStats(store.stats, manifest, compared.stats);
  return { ok: true, tree, items: items.length, hashed: compared.compared };
}

/** What else there is to say of a tree takes its manifest's items, of which there are thousands. */
function isAsKept(tree: string, { paths, numbers }: Stats, entry: TreeToVerify['entry']): boolean {
  if (!isSame(numbers, lookAt(tree, paths))) return false;
  return !entry || (paths.includes(entry.path) && isContent(`${tree}/${entry.path}`, entry.sha256));
}

function fail(fault: TreeFault): Faulty {
  return { ok: false, fault };
}

// inode(7)
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
