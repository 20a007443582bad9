import type { Place } from '../finding/finding.ts';
import type { Identity } from '../identity/identity.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import type { Matcher } from '../match/matcher.ts';
import type { Limits } from './limits.ts';
import type { Unsafe } from './unsafe.ts';

/** A value with the place in the policy that says so. */
export interface Placed<Value> {
  readonly value: Value;
  readonly at: Place;
}

/** What is allowed, as plain data: JSON in, JSON out, every rule with its place. */
export interface Policy {
  /** Those that can grant, strongest first. None is merged into another: each is asked. */
  readonly layers: readonly Layer[];
  /** The project's, if it has one that is trusted: it can only narrow. */
  readonly project?: ProjectLayer;
}

export interface Layer {
  readonly kind: 'managed' | 'user';
  /** The files that it was read from; a user's layer is one. */
  readonly files: readonly string[];
  readonly programPath?: readonly Placed<string>[];
  readonly runAs?: Placed<string>;
  /** The way to the network. */
  readonly egress?: Egress;
  readonly servers: readonly ServerPolicy[];
  /** What no server of any layer goes beyond. Of a managed layer alone, as is `lockdown`. */
  readonly ceiling?: Ceiling;
  /** Set where only servers of this layer may run. */
  readonly lockdown?: Place;
  /** Keys that the schema knows and nothing enforces yet, as written from the top: `audit`. They stop every launch. */
  readonly postponed: readonly Placed<string>[];
}

export interface Egress {
  /** The proxy of a company network, `http://HOST:PORT`. */
  readonly proxy?: Placed<string>;
  /** A file with its certificates. */
  readonly ca?: Placed<string>;
}

export interface ServerPolicy {
  readonly id: string;
  readonly at: Place;
  /** An absolute path, a bare name to be found on `programPath`, or what {@link identity} was read from. */
  readonly command: Placed<string>;
  /** Set where it is a package or an image. */
  readonly identity?: Identity;
  /** Its own: without those of a launcher. */
  readonly args: readonly Argument[];
  /** Of the program file, 64 lower-case hexadecimal digits. */
  readonly sha256?: Placed<string>;
  readonly env: readonly EnvLiteral[];
  readonly pass: readonly EnvPass[];
  /** `private`, `project`, or an absolute path. */
  readonly cwd?: Placed<string>;
  /** Directories below the server's HOME that persist, relative to it. */
  readonly state: readonly Placed<string>[];
  readonly read: readonly Placed<string>[];
  readonly write: readonly Placed<string>[];
  /** What stays hidden of those: patterns as `match/hide-pattern.ts` reads them, or with `~` in front. */
  readonly hide: readonly Placed<string>[];
  readonly network: NetworkRule;
  readonly limits: Limits;
  readonly unsafe: readonly Placed<Unsafe>[];
  /** As {@link Layer.postponed}; they stop this server's launch. */
  readonly postponed: readonly Placed<string>[];
}

/** Which hosts a server may reach. */
export type NetworkRule =
  | { readonly mode: 'none' | 'any'; readonly at?: Place }
  | { readonly mode: 'list'; readonly hosts: readonly (HostPattern & { readonly at: Place })[] };

/** Exactly this text, or what a slot admits. */
export type Argument = Placed<string> | Slot;

export interface Slot {
  readonly slot: Matcher;
  /** Whether it takes all that is left; only the last one may. */
  readonly rest: boolean;
  readonly optional: boolean;
  /** Taken when nothing is given; judged as if it were given. */
  readonly default?: string;
  readonly at: Place;
}

export interface EnvLiteral {
  readonly name: string;
  readonly value: string;
  readonly at: Place;
}

export interface EnvPass {
  readonly name: string;
  readonly optional: boolean;
  /** What the client's value must be. */
  readonly value?: Matcher;
  readonly at: Place;
}

export interface Ceiling {
  readonly at: Place;
  /** Programs by absolute path: a file, or a directory and all below it. */
  readonly command: readonly Placed<string>[];
  readonly read: readonly Placed<string>[];
  readonly write: readonly Placed<string>[];
  /** As {@link ServerPolicy.hide}, of every server. */
  readonly hide: readonly Placed<string>[];
  readonly network: NetworkRule;
  /** Names that may be taken from the client, with `*` for any run of characters. */
  readonly pass: readonly Placed<string>[];
  readonly limits: Limits;
  readonly unsafe: readonly Placed<Unsafe>[];
  readonly postponed: readonly Placed<string>[];
}

/** Of the project's file, what it narrows. */
export interface ProjectLayer {
  readonly file: string;
  readonly servers: readonly {
    readonly id: string;
    readonly limits: Limits;
    readonly hide: readonly Placed<string>[];
    readonly postponed: readonly Placed<string>[];
  }[];
}

/** The place of a server's `unsafe` entry, if it has it. */
export function unsafeAt(server: Pick<ServerPolicy, 'unsafe'>, name: Unsafe): Place | undefined {
  return server.unsafe.find((entry) => entry.value === name)?.at;
}

export function isSlot(argument: Argument): argument is Slot {
  return 'slot' in argument;
}

/** The managed layer's, which binds every launch. */
export function ceilingOf(policy: Policy): Ceiling | undefined {
  return policy.layers.find(({ ceiling }) => ceiling)?.ceiling;
}

/** The servers of every layer: what any of them may write, another must not rest on. */
export function everyServer(policy: Policy): readonly ServerPolicy[] {
  return policy.layers.flatMap(({ servers }) => servers);
}
