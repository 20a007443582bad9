import { EXIT, type ExitCode } from './exit-code.ts';
import { EXIT_OF, type Ident } from './ident.ts';

/** Where in a policy: line and column count from 1, `length` in UTF-16 units on that line. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Something to tell: what, where, and what to type next. Data, never thrown. */
export interface Finding {
  readonly ident: Ident;
  readonly severity: 'error' | 'warning';
  /** One sentence: lower case, names in backticks, no full stop. */
  readonly message: string;
  readonly place?: Place;
  /** What to do about it. There is no refusal without a way out. */
  readonly hint: string;
  /** Other places that have a part in it: of a grant that is narrowed, the line that narrows it. */
  readonly related?: readonly Related[];
  /** Set where the line that it points at holds what nobody is to be shown. */
  readonly hidesLine?: true;
  /** Set where a package is named without a version. */
  readonly floats?: Floating;
}

/** A package in whatever version there is when it is started. */
export interface Floating {
  readonly kind: 'npm' | 'pypi';
  readonly name: string;
  /** All that is to be written anew: `name@latest`. */
  readonly spec: string;
  /** What stands before a version: `name@`, `name==`. */
  readonly prefix: string;
  /** A tag or a range, where there is one. */
  readonly wanted?: string;
}

export interface Related {
  readonly message: string;
  readonly place: Place;
}

/** An error finding; most are. */
export function refusal(ident: Ident, message: string, hint: string, place?: Place): Finding {
  return { ident, severity: 'error', message, hint, ...(place && { place }) };
}

/** Something to know that refuses nothing. */
export function warning(ident: Ident, message: string, hint: string, place?: Place, related?: Related): Finding {
  const at = { ...(place && { place }), ...(related && { related: [related] }) };
  return { ident, severity: 'warning', message, hint, ...at };
}

/**
 * The code of a refusal with these findings. The gravest names it: a policy that is not valid, then a no of the
 * policy, then a program that is not there, then what could not be done.
 */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const codes = new Set<ExitCode>(errors.map(({ ident }) => EXIT_OF[ident]));
  return GRAVITY.find((code) => codes.has(code)) ?? EXIT.failed;
}

const GRAVITY: readonly ExitCode[] = [EXIT.usage, EXIT.denied, EXIT.notFound, EXIT.failed, EXIT.limit];
