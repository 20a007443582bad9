import type { Surroundings } from './diagnose.ts';

/** What is so on a machine, as far as it decides what can be enforced there. Plain facts, looked up once. */
export interface Machine {
  /** As Node.js names them: `linux`, `darwin`; `x64`, `arm64`. */
  readonly platform: string;
  readonly architecture: string;
  /** As uname(2) gives it. */
  readonly kernel: string;
  readonly system: System;
  readonly surroundings: Surroundings;
  /** `user.max_user_namespaces`; undefined where this kernel has none, or does not say. */
  readonly maxUserNamespaces: number | undefined;
  readonly container: Container | undefined;
  readonly appArmor: AppArmor;
  readonly bubblewrap: BubblewrapFile | undefined;
  /** Of macOS. */
  readonly sandboxExec: BubblewrapFile | undefined;
  /** Other files of that name, which are not used. */
  readonly otherBubblewraps: readonly string[];
  /** Undefined where there is no bubblewrap that may be run. */
  readonly version: BubblewrapVersion | undefined;
  readonly attempts: readonly Attempt[] | undefined;
  readonly cgroups: Cgroups;
  readonly node: NodeFile;
  /** Names of variables that are set here. */
  readonly variables: readonly string[];
  readonly directories: readonly OwnDirectory[];
}

/** os-release(5). */
export interface System {
  readonly id: string;
  /** `ID_LIKE`: what it was made from, nearest first. */
  readonly like: readonly string[];
  /** `PRETTY_NAME`. */
  readonly name: string;
}

export interface Container {
  readonly engine: 'docker' | 'podman' | 'kubernetes';
  /** Whether a seccomp filter is on us. */
  readonly hasFilter: boolean;
  /** Mount points below /proc: what the engine hides, and what keeps a sandbox from having a /proc of its own. */
  readonly masks: readonly string[];
}

export interface AppArmor {
  /** What confines us, `docker-default`; undefined without AppArmor and where nothing does. */
  readonly label: string | undefined;
  /** The profile that lets bubblewrap make user namespaces: in force or at least in place, to be copied, or not there. */
  readonly profile: 'in place' | 'offered' | 'absent';
}

/** stat(2), links followed. */
export interface BubblewrapFile {
  readonly uid: number;
  readonly mode: number;
}

export interface BubblewrapVersion {
  /** `0.8.0`; undefined where it does not say. */
  readonly upstream: string | undefined;
  /** The distribution's package, `0.8.0-2+deb12u1`, where its database can be read. */
  readonly packaged: string | undefined;
  /** Options that we need and that it does not know. */
  readonly lacks: readonly string[];
}

/** One namespace, made for real by bubblewrap under the account that servers have. */
export interface Attempt {
  readonly made: 'user' | 'nested' | 'pid' | 'ipc' | 'uts' | 'cgroup' | 'net' | 'proc';
  /** What bubblewrap said where it could not; undefined where it could. */
  readonly said: string | undefined;
}

export interface Cgroups {
  readonly version: 1 | 2 | undefined;
  /** Controllers that the user's own manager has. */
  readonly delegated: readonly string[];
  /** Whether `systemd-run --user --scope` works; undefined where it was not tried. */
  readonly scope: boolean | undefined;
}

export interface NodeFile {
  readonly version: string;
  /** Its real path. */
  readonly path: string;
  /** The step of that path that other accounts than root and ours could change. */
  readonly changeable: string | undefined;
  /** The file of ours that it runs. */
  readonly entry: string;
}

export interface OwnDirectory {
  readonly name: 'config' | 'state' | 'data';
  readonly path: string;
  readonly isThere: boolean;
  /** Whether we may write there; where it is not there yet, make it. */
  readonly isWritable: boolean;
  /** The step of its path that other accounts than root and ours could change, and how. */
  readonly changeable: { readonly path: string; readonly fault: 'owner' | 'writable' } | undefined;
  /** `MCP_SECURE_RUN_HOME` says where it is. */
  readonly isMoved: boolean;
}
