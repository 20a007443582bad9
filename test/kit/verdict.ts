import { expect, test } from 'vitest';
import type { Finding } from '../../src/finding/finding.ts';
import { resolve } from '../../src/plan/resolve.ts';
import { compileLayer } from '../../src/policy-text/compile.ts';
import type { Layer } from '../../src/policy/policy.ts';
import { ENGINES, POLICY_FILE } from './decide.ts';
import { ANNAS, file, link, program, statedHost } from './stated-host.ts';

/** A machine with what the policies of these tables speak of, and anna’s variables on it. */
export const MACHINE = statedHost({
  tree: {
    '/srv/data/a.txt': file(),
    '/srv/data/out': link('/etc'),
    '/srv/data-old/b.txt': file(),
    '/home/anna/notes/today.md': file('', ANNAS),
    '/home/anna/bin/crm': program('#!/usr/bin/env node\n', ANNAS),
  },
  variables: { TZ: 'Europe/Vienna', ACME_REGION: 'eu-1', LD_PRELOAD: '/home/anna/x.so' },
});

/** A policy with the server `crm`: `command` on line 4, and each further key on a line of its own from there on. */
export function crm(...keys: readonly string[]): string {
  return entry('command: /opt/acme/bin/crm', ...keys);
}

/** The same without a command. */
export function entry(...keys: readonly string[]): string {
  return ['version: 1', 'servers:', '  crm:', ...keys.map((key) => `    ${key}`), ''].join('\n');
}

/** What a policy comes to, and every word that is said of it. */
export interface Verdict {
  /** `starts`, with the arguments after the program; or each finding and its place. */
  readonly is: string;
  readonly says: string;
}

/** What `run crm` would do on that machine, with these words after `--`. */
export async function verdict(
  text: string,
  words: readonly string[] = [],
  host = MACHINE,
  kind: Layer['kind'] = 'user',
): Promise<Verdict> {
  const parsed = await compileLayer(kind, [{ file: POLICY_FILE, text }]);
  if (!parsed.allowed) return refused(parsed.findings);
  const plan = resolve({ kind: 'server', id: 'crm', args: words }, { layers: [parsed.granted.layer] }, host, ENGINES);
  if (!plan.allowed) return refused(plan.findings);
  return { is: ['starts', ...plan.granted.argv.slice(1)].join(' '), says: '' };
}

export function refused(findings: readonly Finding[]): Verdict {
  return {
    is: findings.map(({ ident, place }) => (place ? `${ident} at ${place.line}:${place.column}` : ident)).join(', '),
    says: findings.map(({ message, hint }) => `${message}; ${hint}`).join('\n'),
  };
}

/** A policy as a sentence: what it has, its text, what comes of it, and words that must be said. */
export type Row = readonly [title: string, policy: string, is: string, says?: string];

/** Holds each row to what it says. */
export function testRows(rows: readonly Row[]): void {
  test.for(rows)('%s', async ([, policy, is, says = '']) => {
    const found = await verdict(policy);
    expect(found.is).toBe(is);
    expect(found.says).toContain(says);
  });
}
