import type { Finding } from '../finding/finding.ts';
import { fails, passes, type Probe } from '../finding/probe.ts';

/** A whole sandbox, built as `run` builds it: built, or what `run` would say. */
export function probeTrial(findings: readonly Finding[]): readonly Probe[] {
  const name = 'a whole sandbox';
  return findings.length === 0
    ? [passes(name, 'built as `run` builds it; true(1) ran in it')]
    : findings.map(({ message, hint, ident }) => fails(name, message, hint, ident));
}
