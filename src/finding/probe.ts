import type { Ident } from './ident.ts';

/**
 * One thing that was looked at or tried on a machine. `fails`: `run` refuses here for it. `limited`: it works, and is
 * weaker, slower or older than it should be. `untested`: it could not be tried, or nobody has tried us there.
 */
export interface Probe {
  readonly name: string;
  readonly verdict: 'ok' | 'untested' | 'limited' | 'fails';
  /** What was found: lower case, names in backticks, no full stop. */
  readonly found: string;
  /** What to type or do; set wherever the verdict is `limited` or `fails`. */
  readonly fix?: string;
  /** The finding that `run` would refuse with, or that explains it. */
  readonly ident?: Ident;
}

export function passes(name: string, found: string): Probe {
  return { name, verdict: 'ok', found };
}

export function fails(name: string, found: string, fix: string, ident: Ident): Probe {
  return { name, verdict: 'fails', found, fix, ident };
}

export function limited(name: string, found: string, fix: string, ident?: Ident): Probe {
  return { name, verdict: 'limited', found, fix, ...(ident && { ident }) };
}

export function untested(name: string, found: string, fix?: string): Probe {
  return { name, verdict: 'untested', found, ...(fix !== undefined && { fix }) };
}
