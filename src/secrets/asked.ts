import type { Place } from '../finding/finding.ts';
import type { Host } from '../plan/host.ts';
import type { Reference } from '../policy/reference.ts';

/** A secret that a server is to get. */
export interface Asked {
  readonly variable: string;
  /** Its path, where it has one, is absolute. */
  readonly reference: Reference;
  /** As the policy writes it. */
  readonly written: string;
  readonly optional: boolean;
  /** Whether it may be too short to be masked: `unsafe: [short-secret]`. */
  readonly mayBeShort?: boolean;
  readonly at?: Place;
}

/** What providers take to be known. */
export interface Surroundings {
  readonly host: Host;
  /** Where tools are looked for: absolute directories. One that others may write is passed over. */
  readonly programPath: readonly string[];
  /** The directory of what the build made. */
  readonly built: string;
  /** Milliseconds for one answer. */
  readonly patience?: number;
  /** Ends every tool that still runs. */
  readonly signal?: AbortSignal;
}

export type Answer = ({ readonly ok: true; readonly value: string } | { readonly ok: false; readonly fault: Fault }) & {
  readonly asked: Asked;
  readonly milliseconds: number;
};

/**
 * Why there is no value. `absent`: the store answered, and has no such thing. `locked`: it wants somebody to unlock it
 * or to log in. `missing`: there is no such store here. `refused`: it said no. `timeout`: it said nothing. `unsafe`:
 * others could have changed what would be run. `unsafe-file`: others could read or change the file. `unusable`: it is
 * there and is no value; `short`: it is one that cannot be masked.
 */
export type FaultKind =
  | 'absent'
  | 'locked'
  | 'missing'
  | 'refused'
  | 'timeout'
  | 'unsafe'
  | 'unsafe-file'
  | 'unusable'
  | 'short';

/** Holds no value: what a provider said comes without what was read from any of them. */
export interface Fault {
  readonly kind: FaultKind;
  /** Completes “NAME cannot be had from REFERENCE: …”. */
  readonly message: string;
  readonly hint: string;
  /** The provider’s own. */
  readonly words?: string;
}

/** What a provider has. `seen` is what was read before it failed: it is kept out of every message. */
export type Read =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly fault: Fault; readonly seen?: string };

export function failed(kind: FaultKind, message: string, hint: string): Extract<Read, { ok: false }> {
  return { ok: false, fault: { kind, message, hint } };
}

/** No key, no password and no certificate with its chain is longer. */
export const MOST_BYTES = 64 * 1024;
