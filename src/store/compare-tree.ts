import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sha256 } from '../host/hash.ts';
import type { Item } from '../lock/manifest.ts';
import { isSame, lookAt, statPaths, type Stats } from './stat-manifest.ts';

/** One thing of a tree that is not as its manifest says; its path is relative to the tree. */
export interface Changed {
  readonly path: string;
  readonly how: 'content' | 'gone' | 'kind' | 'mode' | 'added';
}

/** A tree that is right, as it was before it was compared, or what of it is not. */
export type Comparison = { readonly stats: Stats; readonly compared: number } | { readonly changed: Changed };

/**
 * A tree against its manifest: every file by its content, but for those that are as they were when `kept` was, and of
 * these `always` too. A directory changes when something is put into it or taken out, so nothing can come in beside what
 * the manifest names.
 */
export function compareTree(tree: string, items: readonly Item[], kept?: Stats, always?: string): Comparison {
  const paths = statPaths(items);
  // Before the contents: what changes meanwhile is another one the next time.
  const numbers = lookAt(tree, paths);
  const known = kept && kept.paths.join('\n') === paths.join('\n') ? kept.numbers : undefined;
  let compared = 0;
  let all: ReadonlySet<string> | undefined; // made only where a directory differs
  for (const [index, path] of paths.entries()) {
    if (known && path !== always && isSame(known, numbers, index)) continue;
    const item = items[index];
    const how = item ? compareItem(tree, item) : compareDirectory(tree, path, (all ??= new Set(paths)));
    if (how !== undefined) return { changed: { path: path || '.', how } };
    compared += 1;
  }
  return { stats: { paths, numbers }, compared };
}

function compareItem(tree: string, item: Item): Changed['how'] | undefined {
  const path = `${tree}/${item.path}`;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  if (item.kind === 'link') {
    if (!stats.isSymbolicLink()) return 'kind';
    return readlinkSync(path) === item.to ? undefined : 'content';
  }
  if (!stats.isFile()) return 'kind';
  if ((stats.mode & 0o7022) !== 0 || ((stats.mode & 0o100) !== 0) !== item.executable) return 'mode';
  return stats.size === item.size && isContent(path, item.sha256) ? undefined : 'content';
}

/** Whether this is a file, and no link to one, with this content. */
export function isContent(path: string, hash: string): boolean {
  // What is open is what is hashed: a link that came meanwhile is not followed.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(descriptor).isFile() && sha256(readFileSync(descriptor)) === hash;
  } finally {
    closeSync(descriptor);
  }
}

/** `all` are the paths that belong to the tree. */
function compareDirectory(tree: string, path: string, all: ReadonlySet<string>): Changed['how'] | undefined {
  const own = path === '' ? tree : `${tree}/${path}`;
  const stats = lstatSync(own, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  if (!stats.isDirectory()) return 'kind';
  if ((stats.mode & 0o022) !== 0) return 'mode';
  return readdirSync(own).every((name) => all.has(path === '' ? name : `${path}/${name}`)) ? undefined : 'added';
}
