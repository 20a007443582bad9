import type { Architecture } from '../confine/seccomp/syscalls.ts';
import type { Attempt } from './attempt.ts';

/** A way out of the sandbox that a server could try. */
export interface Attack {
  /** A stable name in kebab-case: documents of others may rely on it. */
  readonly id: string;
  /** Completes “a server that …”. */
  readonly does: string;
  /** What it would have by it. */
  readonly gains: string;
  /** Where it is known from: a CVE, a manual page, a project whose tests try it. */
  readonly source: string;
  /**
   * In which start it is made: in one that is granted nothing; in one with a directory to read, one to write and one
   * that persists; or in the next one after that.
   */
  readonly start: 'closed' | 'granted' | 'again';
  /** What goes before it in the `granted` start. */
  readonly first?: (scene: Scene) => Attempt;
  /** What is tried; in words, why it cannot be here; or `watched`: what is seen of the start from outside. */
  readonly attempt: ((scene: Scene) => Attempt | string) | 'watched';
  /** Where it is said that the sandbox does not stop it. Such an attack is tried and told, and is no fault. */
  readonly known?: string;
  /** What to do where it succeeds, if there is something other than not to trust this sandbox. */
  readonly hint?: string;
}

/** What was laid out for the attacks, and what of this machine they are after. Paths are real; nothing is a secret. */
export interface Scene {
  /** What every canary says. */
  readonly text: string;
  /** A file that every account may read, and nobody is granted. */
  readonly canary: string;
  /** The directory of that file, which the server’s account owns. */
  readonly victim: string;
  /** What the `granted` start has for reading and for writing, both owned by the server’s account. */
  readonly read: string;
  readonly write: string;
  /** A canary in the home of the account that runs us. */
  readonly homeCanary: string | undefined;
  /** Of that home, what is there: keys and tokens, and what shells and desktops run. */
  readonly keys: readonly string[];
  readonly startup: readonly string[];
  /** Our own directories that are there. */
  readonly own: readonly string[];
  readonly sharedMemory: string | undefined;
  readonly devices: readonly string[];
  /** A variable of the launcher’s environment. */
  readonly variable: { readonly name: string; readonly value: string };
  /** Another process of the server’s account; the texts are on its command line and in its environment. */
  readonly neighbour: { readonly pid: number; readonly text: string; readonly secret: string };
  /** What listens: on 127.0.0.1, under an abstract name, beside the canary, and in the directory that is granted. */
  readonly port: number;
  readonly abstractName: string;
  readonly socket: string;
  readonly grantedSocket: string;
  /** Sockets of services of this machine, by what they are for. */
  readonly services: Readonly<Record<Service, readonly string[]>>;
  readonly nameServers: readonly string[];
  readonly hostName: string;
  /** A program of the system that becomes root. */
  readonly setuid: string | undefined;
  readonly architecture: Architecture | undefined;
}

export type Service = 'engines' | 'buses' | 'agents' | 'displays';
