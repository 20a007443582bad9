import type { Finding, Place } from '../finding/finding.ts';

/** How the parts of a finding are painted; without one, as they are. */
export type Paint = Readonly<Record<'error' | 'warning' | 'quiet' | 'strong', (text: string) => string>>;

/** A finding as a compiler would show it. `text` is the policy's, for the line that it points at. */
export function findingText(
  { ident, severity, message, place, hint }: Finding,
  text: string | undefined,
  paint: Paint = PLAIN,
): string {
  const gutter = place ? ' '.repeat(String(place.line).length) : '';
  return [
    `${paint[severity](`${severity}[${ident}]`)}${paint.strong(`: ${printable(message)}`)}`,
    ...(place ? pointer(place, gutter, text, paint) : []),
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
): string[] {
  const source = text?.split('\n')[line - 1]?.replace(/\r$/, '');
  const head = `${gutter}${paint.quiet('-->')} ${printable(file)}:${line}:${column}`;
  if (source === undefined) return [head];
  // A tab is shown as one column, so that the marks below stand where the word is.
  const shown = printable(source.replaceAll('\t', ' '));
  const marks =
    ' '.repeat(column - 1) + paint.error('^'.repeat(Math.max(1, Math.min(length, source.length - column + 1))));
  return [
    head,
    `${gutter} ${paint.quiet('|')}`,
    `${line} ${paint.quiet('|')} ${shown}`,
    `${gutter} ${paint.quiet('|')} ${marks}`,
  ];
}

/** Names come from files that others wrote: nothing in them may move the cursor, hide or turn text round. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Control characters, and those of format: zero width, direction, tags (Unicode's categories Cc, Cf, Zl, Zp). */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
