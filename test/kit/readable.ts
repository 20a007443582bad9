import { expect } from 'vitest';
import type { Decision } from '../../src/finding/decision.ts';
import type { Finding } from '../../src/finding/finding.ts';
import { parseLayer, parseProject } from '../../src/policy-text/parse-policy.ts';
import type { Layer } from '../../src/policy/policy.ts';

/** What reads a text that anybody may have written: as a policy of one's own, as root's, as a project's. */
export const READERS = {
  user: (text) => parseLayer('user', [{ file: 'p.yaml', text }]),
  managed: (text) => parseLayer('managed', [{ file: 'p.yaml', text }]),
  project: (text) => parseProject({ file: 'p.yaml', text }),
} as const satisfies Record<Layer['kind'] | 'project', (text: string) => Decision<unknown>>;

export function expectReadable(text: string): void {
  for (const read of Object.values(READERS)) expectPlaced(read(text), text);
}

/** A yes, or findings that each say what, what to do, and where in the text. */
export function expectPlaced(decision: Decision<unknown>, text: string): readonly Finding[] {
  if (decision.allowed) return [];
  expect(decision.findings.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const { message, hint, place } of decision.findings) {
    if (message === '' || hint === '') expect(decision.findings, text).toBe('without an empty word');
    const { line = 0, column = 0, length = 0 } = place ?? {};
    const written = lines[line - 1]?.length ?? -1;
    // One comparison, not one of the library's for each: a text may have thousands of findings.
    const isInside = column >= 1 && column <= written + 1 && length >= 1;
    if (!isInside) expect({ message, place, line: lines[line - 1] }, text).toBe('inside the text');
  }
  return decision.findings;
}
