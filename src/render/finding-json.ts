import type { Finding, Place } from '../finding/finding.ts';
import { findingPage } from './finding-page.ts';
import { jsonText } from './json-text.ts';
import { printable } from '../finding/printable.ts';

/**
 * A finding as version 1 of our documents has it. Programs of others rely on it: a member may be added, none is taken
 * away, renamed or given another meaning. It is a shape of its own so that ours can change.
 */
export interface PublishedFinding {
  readonly ident: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** For people: what cannot be printed is written as `\u{…}`. */
  readonly message: string;
  /** For people, too. */
  readonly hint: string;
  readonly place: PublishedPlace | null;
  readonly related: readonly { readonly message: string; readonly place: PublishedPlace }[];
  /** Where it is explained, from the root of this package. */
  readonly page: string;
}

/** `file` is exact, so that it can be opened; `line` and `column` count from 1, `length` in UTF-16 units. */
export interface PublishedPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A finding, in the shape that is published. */
export function findingJson({ ident, severity, message, hint, place, related = [] }: Finding): PublishedFinding {
  return {
    ident,
    severity,
    message: printable(message),
    hint: printable(hint),
    place: place ? placeJson(place) : null,
    related: related.map((other) => ({ message: printable(other.message), place: placeJson(other.place) })),
    page: findingPage(ident),
  };
}

function placeJson({ file, line, column, length }: Place): PublishedPlace {
  return { file, line, column, length };
}

/** The one document that `--json` prints: its version, then these members in this order. */
export function documentJson(members: Readonly<Record<string, unknown>> & { readonly version?: never }): string {
  return jsonText({ version: 1, ...members });
}
