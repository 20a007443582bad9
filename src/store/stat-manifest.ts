import { lstatSync } from 'node:fs';
import { directoriesOf, type Item } from '../lock/manifest.ts';
import { readOwnFile } from '../state/read-own-file.ts';
import { writeOwnFile } from '../state/write-own-file.ts';

/** What each thing of a tree was when its content was last compared: device, inode, size, and when the inode changed. */
export interface Stats {
  /** Of the items in the order of the manifest, then of the directories, the tree itself first. */
  readonly lines: readonly string[];
}

/** A thing of a tree as it is now, in one line; undefined where it is not there. */
export function statLine(path: string): string | undefined {
  // Big integers, for nanoseconds of ctime do not fit into a number.
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mode} ${stats.ctimeNs}`;
}

/** The paths of {@link Stats.lines}, relative to the tree. */
export function statPaths(items: readonly Item[]): string[] {
  return [...items.map(({ path }) => path), '', ...directoriesOf(items)];
}

/**
 * What was kept of a tree, or undefined: then every file is compared by its content, and this is kept anew. It belongs to
 * this machine, and says nothing by itself: the manifest says what is right.
 */
export function readStats(stats: string, manifest: string, uid: number): Stats | undefined {
  const text = readOwnFile(pathOf(stats, manifest), uid)?.toString();
  if (!text?.startsWith(`${HEAD}\n`)) return undefined;
  const lines = text.split('\n');
  return { lines: lines.slice(1, -1) };
}

/** Whoever cannot write it goes on without: the next start compares contents again. */
export function keepStats(stats: string, manifest: string, { lines }: Stats): void {
  try {
    writeOwnFile(pathOf(stats, manifest), `${HEAD}\n${lines.map((line) => `${line}\n`).join('')}`);
  } catch {
    // A full or read-only disk makes starts slower, and no less checked.
  }
}

const HEAD = 'mcp-secure-run stat 1';

export function pathOf(stats: string, manifest: string): string {
  return `${stats}/${manifest}.stat`;
}
