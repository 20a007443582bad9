import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { sha256 } from '../host/hash.ts';
import { codeOf } from '../host/system-error.ts';
import { manifestText, readManifest, type Item } from '../lock/manifest.ts';
import { treeDirectory, type Store } from './places.ts';
import { keepStats, lookAt, statPaths } from './stat-manifest.ts';
import { flush, takeTree, writeFile } from './take-tree.ts';
import { verifyTree } from './verify-tree.ts';
import { draftName, removeStale } from './work-place.ts';

/** A tree in the store, or what in it no tree may hold, as the rest of a sentence that begins with the package. */
export type Filled = { readonly items: readonly Item[]; readonly tree: string } | { readonly fault: string };

/**
 * Puts a tree into the store, whole or not at all: it is made beside the others under another name, is on the disk before
 * it gets its own, and gets that in one step. Where it is there already, and right, that one stays. Throws what the
 * system refuses.
 */
export function fillStore(source: string, store: Store, uid: number, directories = ['node_modules']): Filled {
  mkdirSync(store.trees, { recursive: true, mode: uid === 0 ? 0o711 : 0o700 });
  removeStale(store.trees);
  const draft = `${store.trees}/${draftName()}`;
  try {
    mkdirSync(draft, { mode: uid === 0 ? 0o711 : 0o700 });
    const taken = takeTree(source, `${draft}/tree`, directories);
    if ('fault' in taken) return taken;
    const { items } = taken;
    const text = manifestText(items);
    const manifest = sha256(text);
    writeFile(`${draft}/manifest`, Buffer.from(text), 0o444);
    flush(`${draft}/manifest`);
    flush(draft);
    const directory = treeDirectory(store, manifest);
    if (!place(draft, directory)) {
      const there = verifyTree({ store, manifest, uid, deep: true });
      if (!there.ok) replace(draft, directory, `${store.trees}/${draftName()}`);
    }
    flush(store.trees);
    const tree = `${directory}/tree`;
    const paths = statPaths(readManifest(text) ?? []); // in its order, which is not that of the directories
    keepStats(store.stats, manifest, { paths, numbers: lookAt(tree, paths) });
    return { items, tree };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** False where something has that name already: rename(2) replaces an empty directory alone. */
function place(draft: string, directory: string): boolean {
  try {
    renameSync(draft, directory);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** A tree that is not what its name says is taken out of the way first. */
function replace(draft: string, directory: string, aside: string): void {
  renameSync(directory, aside);
  if (!place(draft, directory)) rmSync(draft, { recursive: true, force: true }); // another installation was first
  rmSync(aside, { recursive: true, force: true });
}
