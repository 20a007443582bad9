import type { Probe } from '../finding/probe.ts';
import { printable } from '../finding/printable.ts';

/** A probe as version 1 of our documents has it: as with findings, a member may be added, and none is taken away. */
export interface PublishedProbe {
  readonly name: string;
  readonly verdict: 'ok' | 'untested' | 'limited' | 'fails';
  /** For people: what cannot be printed is written as `\u{…}`. */
  readonly found: string;
  /** For people, too; null where there is nothing to do. */
  readonly fix: string | null;
  /** Of the finding that `run` refuses with, or that explains it. */
  readonly ident: string | null;
}

/** A probe, in the shape that is published. */
export function probeJson({ name, verdict, found, fix, ident }: Probe): PublishedProbe {
  return {
    name,
    verdict,
    found: printable(found),
    fix: fix === undefined ? null : printable(fix),
    ident: ident ?? null,
  };
}
