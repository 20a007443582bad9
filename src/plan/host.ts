import type { Step } from '../match/custody.ts';

/**
 * What is so, by look-ups; the answers hold for one plan, each question is asked once.
 *
 * Paths are absolute. `undefined` is "there is no such thing, or it cannot be looked at": every caller refuses then.
 */
export interface Host {
  /** The path with every symbolic link followed. */
  real(path: string): string | undefined;
  /** What a symbolic link says, unfollowed. */
  link(path: string): string | undefined;
  file(path: string): FileFacts | undefined;
  /** The file and every directory above it as lstat(2) sees them, root first. */
  steps(path: string): readonly Step[] | undefined;
  /** The first bytes of a file, 256 at most (execve(2) reads as many), as Latin-1. */
  head(path: string): string | undefined;
  /** SHA-256 of a file's bytes, in lower-case hexadecimal. */
  sha256(path: string): string | undefined;
  /** A variable of the client's environment. */
  variable(name: string): string | undefined;
  /** The account that runs us. */
  readonly account: Account;
  accountNamed(name: string): Account | undefined;
  /** Where the client stands; undefined when that directory is gone. */
  readonly cwd: string | undefined;
  /** The Node.js that runs us, by its real path. */
  readonly node: string;
  readonly platform: string;
  /** Our own: they belong to no server. */
  readonly directories: Directories;
}

/** What masks take to be known, beside what every plan does. */
export interface Surroundings {
  /** What a directory holds; undefined where it cannot be looked into, or is no longer the one at that path. */
  entries(path: string): readonly Entry[] | undefined;
  /** The version that bubblewrap says of itself, `0.8.0`. */
  bubblewrap(): string | undefined;
}

/** A name in a directory. One that is not UTF-8 has U+FFFD in it. */
export interface Entry {
  readonly name: string;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export interface Directories {
  readonly config: string;
  readonly state: string;
  readonly data: string;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly device: number;
  readonly inode: number;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}
