import { readFileSync } from 'node:fs';
import type { LockedPackage } from '../lock/lock.ts';
import { pathFault, type Item } from '../lock/manifest.ts';
import { isRecord } from '../lock/package-lock.ts';

/** The programs of a package in a tree, or why it has none, as the rest of a sentence that begins with the package. */
export function findBins(
  name: string,
  items: readonly Item[],
  tree: string,
): { readonly bins: LockedPackage['bins'] } | { readonly fault: string } {
  const about: unknown = JSON.parse(readFileSync(`${tree}/node_modules/${name}/package.json`, 'utf8'));
  const bin = isRecord(about) ? about['bin'] : undefined;
  const own = name.slice(name.indexOf('/') + 1);
  const named = typeof bin === 'string' ? { [own]: bin } : isRecord(bin) ? bin : {};
  const files = new Map(items.flatMap((item) => (item.kind === 'file' ? [[item.path, item.sha256] as const] : [])));
  const bins: Record<string, { path: string; sha256: string }> = {};
  for (const [key, value] of Object.entries(named)) {
    const path = typeof value === 'string' ? normal(`node_modules/${name}`, value) : undefined;
    const sha256 = path === undefined ? undefined : files.get(path);
    // npm leaves out what is not there, and so do we.
    if (path === undefined || sha256 === undefined || key.includes('/') || pathFault(key) !== undefined) continue;
    bins[key] = { path, sha256 };
  }
  return Object.keys(bins).length > 0 ? { bins } : { fault: 'has no program to run' };
}

/** `./dist/index.js` below a directory; undefined where it leads out of it. */
function normal(directory: string, value: string): string | undefined {
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : `${directory}/${parts.join('/')}`;
}
