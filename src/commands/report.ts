import { writeFileSync } from 'node:fs';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { sha256 } from '../host/hash.ts';
import { codeOf } from '../host/system-error.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText, type Paint } from '../render/finding-text.ts';
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

export interface ReportOptions {
  readonly format: Format;
  readonly output: string | undefined;
  readonly quiet: boolean;
  readonly strict: boolean;
}

/** Writes what `check` found: for a person to stderr, for a program to stdout or a file. Answers why it could not. */
export function report(found: Report, options: ReportOptions, io: Io): Finding | undefined {
  const { format, output } = options;
  if (format === 'text' && output === undefined) {
    tellPerson(found, options, io);
    return undefined;
  }
  const text = documentOf(found, options);
  if (output === undefined) io.out(text);
  else return write(output, text);
  return undefined;
}

/** Whether nothing was found that must be mended; strictly, nothing at all but what the system alone can mend. */
export function isClean(findings: readonly Finding[], strict: boolean): boolean {
  return findings.every(({ severity, ident }) => severity === 'warning' && (!strict || ident === 'sandbox-old'));
}

function documentOf({ servers, findings, texts }: Report, { format, strict }: ReportOptions): string {
  const root = process.cwd();
  switch (format) {
    case 'json':
      return documentJson({ ok: isClean(findings, strict), servers, findings: findings.map(findingJson) });
    case 'sarif':
      return sarif(findings, { version: VERSION, root, subject: [...texts.keys()][0] ?? root, sha256 });
    case 'github':
      return githubAnnotations(findings, { root });
    case 'text':
      return `${textOf(findings, texts, undefined)}\n${summary(servers, findings)}\n`;
  }
}

function write(output: string, text: string): Finding | undefined {
  try {
    writeFileSync(output, text);
    return undefined;
  } catch (error) {
    return refusal('usage', `${output} cannot be written (${codeOf(error)})`, 'name another file after `--output`');
  }
}

function tellPerson({ servers, findings, texts }: Report, { quiet }: ReportOptions, io: Io): void {
  const shown = quiet ? findings.filter(({ severity }) => severity === 'error') : findings;
  const text = textOf(shown, texts, io.paintErr);
  if (text !== '') io.err(`${text}\n`);
  if (!quiet) io.out(`${summary(servers, findings)}\n`);
}

/** What must be mended stands last, where a terminal ends. */
function textOf(findings: readonly Finding[], texts: Texts, paint: Paint | undefined): string {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const ordered = [...findings.filter((finding) => !errors.includes(finding)), ...errors];
  return hideLines(ordered)
    .map((finding) => findingText(finding, texts, paint))
    .join('\n');
}

/** A line that one finding hides is hidden in all: it holds the same secret, whatever it is pointed at for. */
function hideLines(findings: readonly Finding[]): readonly Finding[] {
  const hidden = new Set(findings.flatMap(({ hidesLine, place }) => (hidesLine && place ? [lineOf(place)] : [])));
  return findings.map((finding): Finding => {
    const places = [...(finding.place ? [finding.place] : []), ...(finding.related ?? []).map(({ place }) => place)];
    return places.some((place) => hidden.has(lineOf(place))) ? { ...finding, hidesLine: true } : finding;
  });
}

function lineOf({ file, line }: Place): string {
  return `${file}:${line}`;
}

function summary(servers: readonly Checked[], findings: readonly Finding[]): string {
  const untried = servers.filter(({ decision }) => decision === 'not tried').map(({ id }) => `\`${id}\``);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const counts = `${plural(errors, 'error')}, ${plural(findings.length - errors, 'warning')}`;
  const starting = servers.filter(({ decision }) => decision === 'allow').length;
  return [
    ...untried.map((id) => `${id} was not tried, for its arguments are not known: write \`examples\``),
    servers.length === 0 ? counts : `${starting} of ${plural(servers.length, 'server')} would start here, ${counts}`,
  ].join('\n');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
