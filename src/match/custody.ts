/** One step of a path as lstat(2) saw it, root first. */
export interface Step {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  /** st_mode with its type bits. */
  readonly mode: number;
}

/**
 * Who could change what a path leads to: root alone, root and the user, or someone else.
 *
 * A step that another account owns, or may write, puts everything below it in that account's hands. A sticky
 * directory is no such step: in `/tmp`, what root or the user owns can be renamed by them alone. A group may write
 * only if it is root's: members of others, `staff` among them, are other people.
 */
export type Custody =
  | { readonly of: 'root' | 'user' }
  | { readonly of: 'others'; readonly path: string; readonly fault: 'owner' | 'writable' };

export function custody(steps: readonly Step[], uid: number): Custody {
  for (const step of steps) {
    if (step.uid !== 0 && step.uid !== uid) return { of: 'others', path: step.path, fault: 'owner' };
    if (writableByOthers(step)) return { of: 'others', path: step.path, fault: 'writable' };
  }
  return { of: steps.every((step) => step.uid === 0) ? 'root' : 'user' };
}

function writableByOthers({ mode, gid }: Step): boolean {
  const isSymlink = (mode & S_IFMT) === S_IFLNK; // its mode means nothing: symlink(7)
  const isSticky = (mode & S_IFMT) === S_IFDIR && (mode & S_ISVTX) !== 0;
  if (isSymlink || isSticky) return false;
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
}

// inode(7)
const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
const S_IFDIR = 0o040000;
const S_ISVTX = 0o1000;
