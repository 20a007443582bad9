import type { Finding, Place } from '../finding/finding.ts';
import { printable } from '../finding/printable.ts';

/** How the parts of a finding are painted; without one, as they are. */
export type Paint = Readonly<Record<'error' | 'warning' | 'quiet' | 'strong', (text: string) => string>>;

/** A finding as a compiler would show it. `texts` are those of the policies, for the lines that it points at. */
export function findingText(
  { ident, severity, message, place, hint, related = [], hidesLine }: Finding,
  texts: ReadonlyMap<string, string>,
  paint: Paint = PLAIN,
): string {
  const lines = [place, ...related.map((other) => other.place)].map((at) => String(at?.line ?? '').length);
  const gutter = ' '.repeat(Math.max(...lines));
  return [
    `${paint[severity](`${severity}[${ident}]`)}${paint.strong(`: ${printable(message)}`)}`,
    ...(place ? pointer(place, gutter, hidesLine ? undefined : texts.get(place.file), paint) : []),
    ...related.flatMap((other) =>
      pointer(other.place, gutter, hidesLine ? undefined : texts.get(other.place.file), paint, other.message),
    ),
    `${gutter} ${paint.quiet('=')} hint: ${printable(hint)}`,
    '',
  ].join('\n');
}

const same = (text: string): string => text;
const PLAIN: Paint = { error: same, warning: same, quiet: same, strong: same };

function pointer(
  { file, line, column, length }: Place,
  gutter: string,
  text: string | undefined,
  paint: Paint,
  label = '',
): string[] {
  const source = text?.split('\n')[line - 1]?.replace(/\r$/, '');
  const head = `${gutter}${paint.quiet('-->')} ${printable(file)}:${line}:${column}`;
  if (source === undefined) return [head];
  // Of a long line, what stands round the place. A tab is shown as one column, so that the marks stand below the word.
  const start = Math.max(0, column - 1 - BEFORE);
  const show = (from: number, to: number): string => printable(source.slice(from, to).replaceAll('\t', ' '));
  const left = (start > 0 ? '…' : '') + show(start, column - 1);
  const marked = show(column - 1, Math.min(column - 1 + length, start + WIDTH));
  const right = show(column - 1 + marked.length, start + WIDTH) + (source.length > start + WIDTH ? '…' : '');
  const isMain = label === '';
  const marks = (isMain ? paint.error : paint.quiet)((isMain ? '^' : '-').repeat(Math.max(1, marked.length)));
  return [
    head,
    `${gutter} ${paint.quiet('|')}`,
    `${String(line).padStart(gutter.length)} ${paint.quiet('|')} ${left}${marked}${right}`,
    `${gutter} ${paint.quiet('|')} ${' '.repeat(left.length)}${marks}${label === '' ? '' : ` ${printable(label)}`}`,
  ];
}

const BEFORE = 60;
const WIDTH = 160;
