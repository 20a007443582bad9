/** What was reviewed: packages as they were when `lock` installed them. Plain data, the same on every machine. */
export interface Lock {
  readonly version: 1;
  /** By what a policy writes: `npm:NAME@VERSION`, `pypi:NAME==VERSION`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  /** Of no package, by what a policy writes: an absolute path, or a bare name. Left out where there is none. */
  readonly programs?: Readonly<Record<string, LockedProgram>>;
}

/** One file. What it loads, nobody holds. */
export interface LockedProgram {
  /** Of each platform, as `linux-x64`. */
  readonly sha256: Readonly<Record<string, string>>;
}

export interface LockedPackage {
  /** Of the package's tarball, as its registry tells it: `sha512-…`. Of PyPI it is that of its wheels, of which it may have several. */
  readonly integrity?: string;
  /**
   * Of each platform, as `linux-x64`, the SHA-256 of the manifest of its tree. It names the directory in the store too.
   * Packages with native parts have another tree on another platform, from the same reviewed tarballs. Of PyPI, each
   * minor version of Python is a platform of its own: `linux-x64-cp311`.
   */
  readonly manifests: Readonly<Record<string, string>>;
  /** What the package offers to run. */
  readonly bins: Readonly<Record<string, LockedBin>>;
  /** The versions of Node.js, or of Python, that it says it runs on. */
  readonly engines?: string;
  /** The day it was published, `2026-08-31`. */
  readonly published?: string;
  readonly license?: string;
  /** Names of packages that would run a script when they are installed. None has run. */
  readonly scripts: readonly string[];
  /** All that it comes with, by where it lies: `node_modules/a/node_modules/b`; of PyPI by its wheel's name. */
  readonly dependencies: Readonly<Record<string, LockedDependency>>;
}

export interface LockedBin {
  /** Relative to the tree. */
  readonly path: string;
  readonly sha256: string;
}

export interface LockedDependency {
  readonly name: string;
  readonly version: string;
  /** `sha512-…` of its tarball; `bundled` where it came inside the tarball of another one of these; of a wheel `sha256:…`. */
  readonly integrity: string;
  /** Of a wheel, the platforms that it is installed on. */
  readonly platforms?: readonly string[];
}

export const EMPTY_LOCK: Lock = { version: 1, packages: {} };

/** The name of a lock file. It lies beside the policy that grants, and is looked for nowhere else. */
export const LOCK_FILE = 'mcp-secure-run.lock';

/** The integrity of what lies in the tarball of another package, which has one. */
export const BUNDLED = 'bundled';

/** What is locked under this name. */
export function lockedPackage(lock: Lock, identity: string): LockedPackage | undefined {
  return Object.hasOwn(lock.packages, identity) ? lock.packages[identity] : undefined;
}

/** The SHA-256 of a program for a platform, where the lock has one. */
export function lockedProgram({ programs = {} }: Lock, asked: string, platform: string): string | undefined {
  const hashes = Object.hasOwn(programs, asked) ? programs[asked]?.sha256 : undefined;
  return hashes && Object.hasOwn(hashes, platform) ? hashes[platform] : undefined;
}

/** The name of the tree for a platform, where the lock has one. */
export function manifestFor(locked: LockedPackage, platform: string): string | undefined {
  return Object.hasOwn(locked.manifests, platform) ? locked.manifests[platform] : undefined;
}

/**
 * Which of its programs a package means, as npx decides it: its only one, or the one that is called as the package is
 * without its scope. `wanted` is the one that a command line names.
 */
export function binOf(locked: LockedPackage, name: string, wanted?: string): LockedBin | undefined {
  const { bins } = locked;
  if (wanted !== undefined) return Object.hasOwn(bins, wanted) ? bins[wanted] : undefined;
  const own = name.slice(name.indexOf('/') + 1);
  if (Object.hasOwn(bins, own)) return bins[own];
  const all = Object.values(bins);
  return new Set(all.map(({ path }) => path)).size === 1 ? all[0] : undefined;
}
