import type { Place } from '../finding/finding.ts';
import type { Unsafe } from './unsafe.ts';

/** A value with the place in the policy that says so. */
export interface Placed<Value> {
  readonly value: Value;
  readonly at: Place;
}

/** What is allowed, as plain data: JSON in, JSON out, every rule with its place. */
export interface Policy {
  readonly file: string;
  readonly programPath?: readonly Placed<string>[];
  readonly runAs?: Placed<string>;
  readonly servers: readonly ServerPolicy[];
  /** Keys that the schema knows and nothing enforces yet, as written from the top: `defaults`. They stop every launch. */
  readonly postponed: readonly Placed<string>[];
}

export interface ServerPolicy {
  readonly id: string;
  readonly at: Place;
  /** An absolute path, or a bare name to be found on `programPath`. */
  readonly command: Placed<string>;
  readonly args: readonly Placed<string>[];
  /** Of the program file, 64 lower-case hexadecimal digits. */
  readonly sha256?: Placed<string>;
  readonly env: readonly EnvLiteral[];
  readonly pass: readonly EnvPass[];
  /** `private`, `project`, or an absolute path. */
  readonly cwd?: Placed<string>;
  readonly read: readonly Placed<string>[];
  readonly write: readonly Placed<string>[];
  readonly unsafe: readonly Placed<Unsafe>[];
  /** As {@link Policy.postponed}; they stop this server's launch. */
  readonly postponed: readonly Placed<string>[];
}

export interface EnvLiteral {
  readonly name: string;
  readonly value: string;
  readonly at: Place;
}

export interface EnvPass {
  readonly name: string;
  readonly optional: boolean;
  readonly at: Place;
}

/** The place of a server's `unsafe` entry, if it has it. */
export function unsafeAt(server: ServerPolicy, name: Unsafe): Place | undefined {
  return server.unsafe.find((entry) => entry.value === name)?.at;
}
