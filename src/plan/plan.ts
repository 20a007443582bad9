import type { Place } from '../finding/finding.ts';
import type { Egress, NetworkRule } from '../policy/policy.ts';
import type { LimitName } from '../policy/limits.ts';
import type { Reference } from '../policy/reference.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import type { Account } from './host.ts';
import type { NotEnforced } from './not-enforced.ts';

/** Why a part of a plan is there: a line of the policy, or a sentence of ours. */
export interface Because {
  readonly reason: string;
  readonly at?: Place;
}

/** What will happen. Made by `resolve` alone, frozen, printable: it holds no value that the policy does not spell out. */
export interface Plan {
  readonly server: string;
  /** The policy file that named it; of several, the weakest, which is the one that its user can edit. */
  readonly policy: string;
  /** Every layer that was asked, strongest first. */
  readonly layers: readonly { readonly kind: 'managed' | 'user'; readonly files: readonly string[] }[];
  readonly program: Program;
  /** What is executed, whole: an interpreter or the program first. Never a shell string. */
  readonly argv: readonly [string, ...string[]];
  /** Of each part of `argv`, why it is there. */
  readonly argvBecause: readonly Because[];
  readonly env: readonly EnvRule[];
  readonly cwd: Explained<{ readonly path: string }>;
  /** In the order in which they are made: a later one may lie below an earlier one. */
  readonly mounts: readonly Mount[];
  readonly network: Explained<Network>;
  /** What it may use up: bytes, counts, milliseconds. What is not named has no limit. */
  readonly limits: { readonly [Name in LimitName]?: PlannedLimit };
  readonly confinement: Explained<{
    readonly by: 'bubblewrap' | 'seatbelt' | 'landlock' | 'container' | 'nothing';
    readonly nestedNamespaces: boolean;
    readonly systemCalls: 'filtered' | 'open';
  }>;
  /** Set of an image: what runs it, and how it is held there. */
  readonly container?: PlannedContainer;
  /** The host account that the server runs under. */
  readonly account: Explained<Account & { readonly changes: boolean }>;
  readonly weakened: readonly Weakening[];
  /** What a layer grants in vain. */
  readonly narrowed: readonly Narrowing[];
  /** What this version leaves undone, so that nobody counts on it. */
  readonly notEnforced: readonly NotEnforced[];
}

export type Network =
  /** Nothing but its own loopback; or all that the machine can reach. */
  | { readonly mode: 'none' | 'host' }
  /** Through the launcher alone: what every rule grants. */
  | {
      readonly mode: 'hosts';
      readonly rules: readonly NetworkRule[];
      /** Of names that are spelled out, the address on the sandbox's loopback that leads there. */
      readonly names: readonly { readonly name: string; readonly port: number; readonly address: string }[];
      /** Where the proxy for all others listens inside, on 127.0.0.1. */
      readonly proxyPort: number;
      readonly egress?: Egress;
    };

export interface PlannedContainer {
  readonly tool: 'docker' | 'podman';
  /** A directory of ours, with one in it for each container that may be there. */
  readonly records: string;
  /** For `run` of the tool, each in one word. What differs between two starts comes beside them: names, labels. */
  readonly options: readonly Explained<{ readonly option: string }>[];
}

export type PlannedLimit = Explained<{ readonly value: number }>;

export type Explained<Thing> = Thing & { readonly because: Because };

export interface Program {
  /** As the policy writes it. */
  readonly asked: string;
  /** The file that is the program, every link followed; of an image, what it is called, with its digest. */
  readonly real: string;
  /** Its SHA-256, when the policy or the lock pins it. */
  readonly sha256?: string;
  /** What holds it to what was reviewed. */
  readonly heldBy: 'lock' | 'digest' | 'sha256' | 'root' | 'nothing';
  readonly locked?: PlannedTree;
  readonly interpreter?: { readonly asked: string; readonly real: string };
  readonly because: Because;
}

/** The tree of a package. It is compared with its lock before the program starts. */
export interface PlannedTree {
  readonly identity: string;
  /** SHA-256 of the list of all its files, which lies beside it. */
  readonly manifest: string;
  readonly tree: string;
  /** A file of ours: what each file was when its content was last compared. */
  readonly stats: string;
}

export type EnvRule =
  | { readonly name: string; readonly from: 'us' | 'policy'; readonly value: string; readonly because: Because }
  | { readonly name: string; readonly from: 'client'; readonly because: Because }
  | SecretVariable;

/** Its value is asked for once the plan is a yes, and goes from its keeper to the server. */
export interface SecretVariable {
  readonly name: string;
  readonly from: 'secret';
  /** Where it is kept. Paths are absolute. */
  readonly reference: Reference;
  /** `file`: the variable holds the path of a file in the sandbox's memory, which holds the value. */
  readonly as: 'env' | 'file';
  /** Left out where its keeper has none. */
  readonly optional: boolean;
  readonly because: Because;
}

export type Mount =
  | Explained<{
      readonly kind: 'bind';
      readonly path: string;
      readonly mode: 'read' | 'write';
      /** Set where someone other than root could put another thing in this place: then the very inode is bound. */
      readonly held?: { readonly device: number; readonly inode: number };
      /** Set of a protected name inside what the server can write: to be read there, and nothing more. */
      readonly mask?: true;
    }>
  /** What is in a granted directory and not to be seen: something closed stands in its place. */
  | Explained<{
      readonly kind: 'hidden';
      readonly path: string;
      readonly of: 'file' | 'directory';
      /** What it must lie over. */
      readonly held?: { readonly device: number; readonly inode: number };
      readonly mask: true;
    }>
  /** Protected names that a directory does not have, and must not get while the server runs. Nothing is mounted. */
  | Explained<{
      readonly kind: 'absent';
      readonly path: string;
      readonly names: readonly string[];
      readonly mask: true;
    }>
  /** From here on, what is outside is read-only for bubblewrap itself. Nothing of it is left in the sandbox. */
  | Explained<{ readonly kind: 'shield'; readonly path: string }>
  /** A directory of ours, made if it is missing, that keeps what the server writes to it. */
  | Explained<{ readonly kind: 'state'; readonly path: string; readonly source: string }>
  | Explained<{ readonly kind: 'link'; readonly path: string; readonly to: string }>
  | Explained<{ readonly kind: 'text'; readonly path: string; readonly text: string }>
  /** Two files as one, to be read: what `before` says, and then what `source` does. */
  | Explained<{
      readonly kind: 'joined';
      readonly path: string;
      readonly before: string;
      readonly source: string;
      readonly held: { readonly device: number; readonly inode: number };
    }>
  | Explained<{ readonly kind: 'memory'; readonly path: string; readonly bytes: number }>
  | Explained<{ readonly kind: 'directory'; readonly path: string }>
  | Explained<{ readonly kind: 'processes' | 'devices'; readonly path: string }>;

export interface Narrowing {
  /** In words: `write ~/Documents`, `variable TOKEN`. */
  readonly what: string;
  readonly at: Place;
  /** The line that does not grant it. */
  readonly by: Place;
}

export interface Weakening {
  readonly ident: Unsafe;
  readonly effect: 'in effect' | 'changes nothing yet';
  readonly at: Place;
}
