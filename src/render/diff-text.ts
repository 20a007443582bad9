import { structuredPatch, type StructuredPatchHunk } from 'diff';
import { printable } from '../finding/printable.ts';
import { type Paint } from './finding-text.ts';

/**
 * What an edit changes, as a unified diff with three lines round each change; nothing where nothing changed. For people:
 * what could move the cursor or hide is written out, so it is not for `patch`. The signs alone tell what goes and comes.
 */
export function diffText(file: string, before: string, after: string, paint: Paint): string {
  const { hunks } = structuredPatch(file, file, before, after, undefined, undefined, { context: 3 });
  if (hunks.length === 0) return '';
  // Where every line ends in CRLF, its CR says nothing; where some do not, it is what a change may be about.
  const isCrlf = !/(?:^|[^\r])\n/.test(before + after);
  const show = (line: string): string => lineText(isCrlf ? line.replace(/\r$/, '') : line, paint);
  const head = ['---', '+++'].map((sign) => paint.strong(`${sign} ${printable(file)}`));
  const lines = hunks.flatMap((hunk) => [paint.quiet(rangeText(hunk)), ...hunk.lines.map(show)]);
  return [...head, ...lines, ''].join('\n');
}

function rangeText({ oldStart, oldLines, newStart, newLines }: StructuredPatchHunk): string {
  return `@@ -${startOf(oldStart, oldLines)},${oldLines} +${startOf(newStart, newLines)},${newLines} @@`;
}

/** An empty range is named by the line before it, as in every unified diff. */
function startOf(start: number, lines: number): number {
  return lines === 0 ? start - 1 : start;
}

function lineText(line: string, paint: Paint): string {
  const text = printable(line.replaceAll('\t', TAB));
  if (line.startsWith('-')) return paint.error(text);
  if (line.startsWith('+')) return paint.strong(text);
  return line.startsWith('\\') ? paint.quiet(text) : text;
}

/** JSON is often indented with tabs, and `\u{9}` in front of each line could not be read. */
const TAB = '    ';
