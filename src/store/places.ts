import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Directories } from '../plan/host.ts';
import type { PlannedTree } from '../plan/plan.ts';

/** The store of locked packages, and what this machine knows of it. */
export interface Store {
  /** Where each tree has a directory, by the SHA-256 of its manifest. */
  readonly trees: string;
  /** Where stat manifests are. */
  readonly stats: string;
}

export function storeIn({ data, state }: Pick<Directories, 'data' | 'state'>): Store {
  return { trees: `${data}/store/npm`, stats: `${state}/store` };
}

/** The same for packages of PyPI. */
export function pythonStoreIn({ data, state }: Pick<Directories, 'data' | 'state'>): Store {
  return { trees: `${data}/store/pypi`, stats: `${state}/store` };
}

/** The store that a tree of a plan is in. */
export function storeOf({ tree, stats }: Pick<PlannedTree, 'tree' | 'stats'>): Store {
  return { trees: dirname(dirname(tree)), stats: dirname(stats) };
}

/** The directory of one tree: `tree/` and `manifest` lie in it. */
export function treeDirectory({ trees }: Store, manifest: string): string {
  return `${trees}/${manifest}`;
}

/** As a lock names it: what runs on one of these may not run on another. */
export function platformName(): string {
  return `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
}

/** As a lock names what one Python can load, by its tag. */
export function pythonPlatform({ tag }: { readonly tag: string }): string {
  return `${platformName()}-${tag}`;
}

/** By the C library's loader, ld.so(8): to ask Node.js itself (`process.report`) takes ten milliseconds. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  return !GLIBC.some((path) => existsSync(path)) && readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
}

const GLIBC = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1', '/lib/ld-linux-armhf.so.3'];
