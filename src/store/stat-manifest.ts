import { lstatSync } from 'node:fs';
import { directoriesOf, type Item } from '../lock/manifest.ts';
import { readOwnFile } from '../state/read-own-file.ts';
import { writeOwnFile } from '../state/write-own-file.ts';

/** What each thing of a tree was when its content was last compared. */
export interface Stats {
  /** As {@link statPaths} has them. */
  readonly paths: readonly string[];
  /** As {@link lookAt} has them. */
  readonly numbers: Float64Array;
}

/** Relative to the tree: the items in the order of the manifest, then the tree itself, ``, and its directories. */
export function statPaths(items: readonly Item[]): string[] {
  return [...items.map(({ path }) => path), '', ...directoriesOf(items)];
}

/** What is kept of each thing of a tree: its device, inode, size, mode, and when its inode changed. */
const WIDTH = 5;

/**
 * Each thing of a tree as it is now, in {@link WIDTH} numbers; no numbers at all where it is not there.
 *
 * Doubles, and not the big integers that would hold a time's nanoseconds: those take a fifth longer. Between the years
 * 2004 and 2039 a time in milliseconds has 41 bits before its point, and so 12 of a double's 53 behind it: a quarter of a
 * microsecond. The kernel's own times move by its tick, or else by what has been looked at in between (Linux 6.13,
 * filesystems/multigrain-ts.rst): two that matter have a call of this function between them, which takes longer.
 */
export function lookAt(tree: string, paths: readonly string[]): Float64Array {
  const numbers = new Float64Array(paths.length * WIDTH);
  let at = 0;
  for (const path of paths) {
    const stats = lstatSync(path === '' ? tree : `${tree}/${path}`, NO_THROW);
    if (stats) {
      numbers[at] = stats.dev;
      numbers[at + 1] = stats.ino;
      numbers[at + 2] = stats.size;
      numbers[at + 3] = stats.mode;
      numbers[at + 4] = stats.ctimeMs;
    } else numbers.fill(Number.NaN, at, at + WIDTH);
    at += WIDTH;
  }
  return numbers;
}

const NO_THROW = { throwIfNoEntry: false } as const;

/** Whether two looks saw the same, of one path or of all. What is not there is never the same. */
export function isSame(one: Float64Array, other: Float64Array, index?: number): boolean {
  const from = index === undefined ? 0 : index * WIDTH;
  const to = index === undefined ? one.length : from + WIDTH;
  for (let at = from; at < to; at += 1) if (one[at] !== other[at]) return false;
  return one.length === other.length;
}

/**
 * What was kept of a tree, or undefined: then every file is compared by its content, and this is kept anew. It belongs to
 * this machine, and says nothing by itself: the manifest says what is right, and this names the one that it is of.
 */
export function readStats(stats: string, manifest: string, uid: number): Stats | undefined {
  const bytes = readOwnFile(pathOf(stats, manifest), uid);
  const end = bytes?.indexOf(0) ?? -1; // no path has one
  if (!bytes || end === -1) return undefined;
  const lines = bytes.toString('utf8', 0, end).split('\n');
  const paths = lines.slice(2);
  const from = bytes.byteOffset + end + 1;
  const length = paths.length * WIDTH * Float64Array.BYTES_PER_ELEMENT;
  if (lines[0] !== HEAD || lines[1] !== manifest || bytes.length !== end + 1 + length) return undefined;
  return { paths, numbers: new Float64Array(bytes.buffer.slice(from, from + length)) };
}

/** Whoever cannot write it goes on without: the next start compares contents again. */
export function keepStats(stats: string, manifest: string, { paths, numbers }: Stats): void {
  try {
    const text = `${[HEAD, manifest, ...paths].join('\n')}\0`;
    writeOwnFile(pathOf(stats, manifest), Buffer.concat([Buffer.from(text), Buffer.from(numbers.buffer)]));
  } catch {
    // A full or read-only disk makes starts slower, and no less checked.
  }
}

const HEAD = 'mcp-secure-run stat 2';

export function pathOf(stats: string, manifest: string): string {
  return `${stats}/${manifest}.stat`;
}
