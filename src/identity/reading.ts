import type { Floating } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import type { Identity, Script } from './identity.ts';

/** A command line of a launcher: what it runs, or why it is not taken. */
export type Reading = Launched | Fault;

export interface Launched {
  readonly ok: true;
  readonly identity: Identity | Script;
  /** How many of the arguments are the launcher's; the rest is the server's. */
  readonly consumed: number;
  /** Names that it hands on from its own environment: `docker run -e NAME`. */
  readonly variables?: readonly string[];
}

export interface Misread {
  readonly ident: LauncherIdent;
  readonly message: string;
  readonly hint: string;
  /** Of a package that is named without its version. */
  readonly floats?: Floating;
}

export interface Fault extends Misread {
  readonly ok: false;
  /** The argument that is not taken, by its index; -1 is the command. */
  readonly token: number;
  /** Set where nothing is wrong but that the line ends here. */
  readonly ended?: true;
}

export type LauncherIdent = Extract<Ident, `launcher-${string}` | `package-${string}` | `interpreter-${string}`>;

export function misread(ident: LauncherIdent, message: string, hint: string): Misread {
  return { ident, message, hint };
}

export function faultAt(token: number, fault: Misread): Fault {
  return { ...fault, ok: false, token };
}

/** The line ends where something had to come: told of its last word. */
export function endedAfter(args: readonly string[], message: string, hint: string): Fault {
  return { ...faultAt(args.length - 1, misread('launcher-option', message, hint)), ended: true };
}
