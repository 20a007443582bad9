import type { Place } from '../finding/finding.ts';
import type { Matcher } from '../match/matcher.ts';
import type { Placed } from './policy.ts';

/**
 * What a policy says of a server's messages. Questions and examples are answered from it; until something
 * enforces it, a key that says so stops the launch.
 */
export interface ServerRules {
  readonly id: string;
  /** Undefined where the key is absent. */
  readonly tools?: readonly ToolRow[];
  readonly examples: readonly Example[];
}

/** A row of `tools`: the names that it speaks of, and its verdict. */
export interface ToolRow {
  /** A name, or a pattern with `*`. */
  readonly name: string;
  readonly at: Place;
  readonly verdict: 'allow' | 'deny' | 'confirm';
  /** What else the row asks for, that no question can tell: in words. */
  readonly conditions: readonly string[];
  /** What each argument must be. What is not named is denied where this is there. */
  readonly arguments?: Readonly<Record<string, Placed<Matcher>>>;
}

/** What `check` must find so. */
export interface Example {
  readonly expected: 'allow' | 'deny';
  readonly at: Place;
  /** What stands after `run <server> --`, or a call. */
  readonly asked:
    | { readonly kind: 'arguments'; readonly args: readonly string[] }
    | { readonly kind: 'call'; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> };
}
