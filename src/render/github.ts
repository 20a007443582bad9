import type { Finding, Place } from '../finding/finding.ts';
import { fileFromRoot } from './file-from-root.ts';
import { printable } from '../finding/printable.ts';

/**
 * Findings as workflow commands of GitHub Actions: one line each, which the runner shows at its place in the change.
 * A file below `root` is named relative to it.
 *
 * Nothing in a finding can begin a command of its own, nor a property: a line is a command only where it begins with
 * `::`, properties end at the next `::`, and `,` parts them (actions/runner, ActionCommand.cs).
 */
export function githubAnnotations(findings: readonly Finding[], { root }: { readonly root: string }): string {
  return findings.map((finding) => `${annotation(finding, root)}\n`).join('');
}

function annotation({ ident, severity, message, place, hint, related = [] }: Finding, root: string): string {
  const properties: readonly Property[] = [...(place ? at(place, root) : []), ['title', `mcp-secure-run (${ident})`]];
  const data = [
    message,
    ...related.map((other) => `${fileFromRoot(other.place.file, root)}:${other.place.line}: ${other.message}`),
    `hint: ${hint}`,
  ];
  return [
    `::${COMMAND[severity]} `,
    properties.map(([name, value]) => `${name}=${escapedProperty(printable(value))}`).join(','),
    `::${escapedData(data.map(printable).join('\n'))}`,
  ].join('');
}

type Property = readonly [name: 'file' | 'line' | 'col' | 'endColumn' | 'title', value: string];

/** No finding is a `note` yet; GitHub has another word for it. */
const COMMAND: Readonly<Record<Finding['severity'] | 'note', string>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

function at({ file, line, column, length }: Place, root: string): readonly Property[] {
  return [
    ['file', fileFromRoot(file, root)],
    ['line', String(line)],
    ['col', String(column)],
    ['endColumn', String(column + length)],
  ];
}

/** As `escapeData` of actions/toolkit has it (packages/core/src/command.ts). `%` comes first, or it would escape ours. */
function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** As `escapeProperty` there has it. */
function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
