import type { Answer } from '../plan/answer.ts';
import type { ExplainedLine } from '../plan/explain.ts';
import type { Because } from '../plan/plan.ts';
import type { Paint } from './finding-text.ts';
import { printable } from '../finding/printable.ts';

/** Sections under each other; of a line, what first and why after it, on a line of its own where both are too long. */
export function explainText(
  sections: readonly (readonly [title: string, lines: readonly ExplainedLine[]])[],
  width: number,
  paint: Paint,
): string {
  const causes = sections.flatMap(([, lines]) => lines.flatMap(({ because }) => (because ? [because] : [])));
  const isOneFile = new Set(causes.flatMap(({ at }) => (at ? [at.file] : []))).size <= 1;
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([title, lines]) =>
        `${paint.strong(title)}\n${lines.map((line) => lineText(line, width, isOneFile, paint)).join('\n')}\n`,
    )
    .join('\n');
}

function lineText({ what, because }: ExplainedLine, width: number, isOneFile: boolean, paint: Paint): string {
  const left = `  ${printable(what)}`;
  if (!because) return left;
  const right = printable(causeText(because, isOneFile));
  const column = Math.min(44, Math.floor(width / 2));
  const isShort = left.length < column && column + right.length <= width;
  return isShort ? `${left.padEnd(column)}${paint.quiet(right)}` : `${left}\n      ${paint.quiet(right)}`;
}

/** Of the one policy that says it all, its name alone; where two could be meant, each with its directory. */
function causeText({ reason, at }: Because, isOneFile: boolean): string {
  if (!at) return reason;
  const file = isOneFile ? at.file.slice(at.file.lastIndexOf('/') + 1) : at.file;
  return `${reason} ${file}:${at.line}`;
}

/** An answer in one line. */
export function answerLine({ what, because }: Answer): string {
  const isOneFile = new Set(because.map(({ at }) => at?.file)).size <= 1;
  return printable(`${what} (${because.map((cause) => causeText(cause, isOneFile)).join(', ')})`);
}
