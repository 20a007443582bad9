import type { Mount } from '../plan/plan.ts';

/** A process to start: made from a `Plan` by `confine`, and by nothing else. It holds values; it is never printed. */
export interface Spawn {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The host account, where it is another than ours. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** What the process finds from descriptor 3 on. */
  readonly descriptors: readonly Descriptor[];
  /** `true`: it says on descriptor 3 that it is ready, and starts nothing before it is answered there. */
  readonly waits: boolean;
  /** Set where a process of ours tends the tree: it ends it when it is asked to (SIGTERM), or when its end of the handshake closes. */
  readonly tended?: true;
  /** What must be in place before anything starts, and as long as it runs. */
  readonly masks: readonly Mask[];
}

/** A mount over something inside a grant, or names that are not to come. */
export type Mask = Extract<Mount, { kind: 'bind' | 'hidden' | 'absent' }>;

export type Descriptor =
  | { readonly kind: 'handshake' }
  /** Text for it to read to the end, through a pipe alone: it may hold values. */
  | { readonly kind: 'options'; readonly text: string }
  /** A value, given as `options` are. */
  | { readonly kind: 'secret'; readonly text: string }
  /** Text that holds no value. */
  | { readonly kind: 'text'; readonly text: string }
  /** The very file or directory that was looked at, opened without rights to its content (O_PATH, open(2)). */
  | { readonly kind: 'held'; readonly path: string; readonly device: number; readonly inode: number }
  /** Two files as one: of the second it must be the very one that was looked at. */
  | {
      readonly kind: 'joined';
      readonly before: string;
      readonly path: string;
      readonly device: number;
      readonly inode: number;
    }
  /** A file of ours, to be read; an empty one where it is not there, or somebody else could have written it. */
  | { readonly kind: 'own'; readonly path: string }
  /** The native helper, to be executed. */
  | { readonly kind: 'helper' }
  /** The filter for system calls, as bubblewrap reads it: made by the build, one for each processor. */
  | { readonly kind: 'filter'; readonly nestedNamespaces: boolean; readonly landlock?: true }
  /** A directory of ours, made for the process's account if it is missing, and opened so. */
  | { readonly kind: 'kept'; readonly path: string };
