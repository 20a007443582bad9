import { writeFileSync } from 'node:fs';
import type { Finding } from '../finding/finding.ts';
import { sha256 } from '../host/hash.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import { githubAnnotations } from '../render/github.ts';
import { sarif } from '../render/sarif.ts';
import type { Texts } from '../state/situation.ts';
import { VERSION } from '../version.ts';
import type { Checked } from './check.ts';
import type { Io } from './io.ts';

export type Format = 'text' | 'json' | 'sarif' | 'github';

export interface Report {
  readonly servers: readonly Checked[];
  readonly findings: readonly Finding[];
  readonly texts: Texts;
}

/** Writes what `check` found: for a person to stderr, for a program to stdout or a file. */
export function report(
  { servers, findings, texts }: Report,
  { format, output, quiet }: { readonly format: Format; readonly output: string | undefined; readonly quiet: boolean },
  io: Io,
): void {
  const out = (text: string): void => (output === undefined ? io.out(text) : writeFileSync(output, text));
  const root = process.cwd();
  const isOk = findings.every(({ severity }) => severity === 'warning');
  if (format === 'json') out(documentJson({ ok: isOk, servers, findings: findings.map(findingJson) }));
  if (format === 'sarif')
    out(sarif(findings, { version: VERSION, root, subject: [...texts.keys()][0] ?? root, sha256 }));
  if (format === 'github') out(githubAnnotations(findings, { root }));
  if (format !== 'text') return;
  // What must be mended stands last, where a terminal ends.
  const errors = findings.filter(({ severity }) => severity === 'error');
  const shown = quiet ? errors : [...findings.filter((finding) => !errors.includes(finding)), ...errors];
  const text = shown
    .map((finding) => findingText(finding, texts, output === undefined ? io.paintErr : undefined))
    .join('\n');
  if (output !== undefined) return writeFileSync(output, `${text}\n${summary(servers, findings)}\n`);
  if (text !== '') io.err(`${text}\n`);
  if (!quiet) io.out(`${summary(servers, findings)}\n`);
}

function summary(servers: readonly Checked[], findings: readonly Finding[]): string {
  const count = (decision: Checked['decision']): number =>
    servers.filter((server) => server.decision === decision).length;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const parts = [
    `${count('allow')} of ${plural(servers.length, 'server')} would start here`,
    ...(count('not tried') > 0
      ? [`${count('not tried')} not tried, for their arguments are not known: write \`examples\``]
      : []),
    plural(errors, 'error'),
    plural(findings.length - errors, 'warning'),
  ];
  return servers.length === 0 ? parts.slice(1).join(', ') : parts.join(', ');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
