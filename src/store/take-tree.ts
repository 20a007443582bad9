import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { sha256 } from '../host/hash.ts';
import { pathFault, staysInside, type Item } from '../lock/manifest.ts';

/** A tree that was taken, or what in it no tree may hold, as the rest of a sentence that begins with the package. */
export type Taken = { readonly items: readonly Item[] } | { readonly fault: string };

/**
 * Copies what a package manager made from `source` to `target`, and tells what it is: of it these directories, for all
 * else is what it was told, and what it made of that. Copied and not moved: nobody who had a file open has it still, and
 * owner, mode and number of links are as we say. What is hashed are the bytes that are written.
 */
export function takeTree(source: string, target: string, directories: readonly string[]): Taken {
  const items: Item[] = [];
  makeDirectory(target);
  for (const name of directories) {
    if (!lstatSync(`${source}/${name}`, { throwIfNoEntry: false })?.isDirectory()) return { fault: 'has no files' };
    const fault = takeEntry(source, target, name, items);
    if (fault !== undefined) return { fault };
  }
  return { items };
}

function takeDirectory(source: string, target: string, below: string, items: Item[]): string | undefined {
  for (const name of readdirSync(`${source}/${below}`).toSorted()) {
    const path = `${below}${name}`;
    // npm's own note of what is in a tree: it is of no use to a server, and differs by machine.
    if (path === 'node_modules/.package-lock.json') continue;
    const fault = pathFault(path);
    if (fault !== undefined) return `holds \`${path}\`, which ${fault}`;
    const refused = takeEntry(source, target, path, items);
    if (refused !== undefined) return refused;
    if (items.length > MAX_ITEMS) return `holds more than ${MAX_ITEMS} files`;
  }
  return undefined;
}

const MAX_ITEMS = 200_000;

function takeEntry(source: string, target: string, path: string, items: Item[]): string | undefined {
  const stats = lstatSync(`${source}/${path}`);
  if ((stats.mode & SPECIAL) !== 0 && !stats.isDirectory())
    return `holds \`${path}\`, which takes on another account when it runs`;
  if (stats.isDirectory()) {
    makeDirectory(`${target}/${path}`);
    return takeDirectory(source, target, `${path}/`, items);
  }
  if (stats.isSymbolicLink()) {
    const to = readlinkSync(`${source}/${path}`);
    if (!staysInside(path, to) || pathFault(to.replaceAll('../', '')) !== undefined)
      return `holds \`${path}\`, which is a link out of it`;
    symlinkSync(to, `${target}/${path}`);
    items.push({ kind: 'link', path, to });
    return undefined;
  }
  if (!stats.isFile()) return `holds \`${path}\`, which is no file`;
  items.push(takeFile(`${source}/${path}`, `${target}/${path}`, path));
  return undefined;
}

/** Whatever the umask says: servers of root's run as another account, and everything above is closed to all others. */
function makeDirectory(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
}

/** S_ISUID and S_ISGID, inode(7). */
const SPECIAL = 0o6000;

function takeFile(source: string, target: string, path: string): Item {
  const descriptor = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mode } = fstatSync(descriptor);
    const bytes = readFileSync(descriptor);
    const executable = (mode & 0o111) !== 0;
    writeFile(target, bytes, executable ? 0o555 : 0o444);
    return { kind: 'file', path, size: bytes.length, sha256: sha256(bytes), executable };
  } finally {
    closeSync(descriptor);
  }
}

/** Whatever the umask says. */
export function writeFile(path: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Sees that a file, or the names in a directory, are on the disk. Not done of each file of a tree: 5 ms for each of
 * thousands. After a crash, one that did not get there is shorter than its manifest says, and the tree is refused.
 */
export function flush(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
