import type { ExplainedLine } from '../plan/explain.ts';
import type { Paint } from './finding-text.ts';
import { printable } from './finding-text.ts';

/** Sections under each other; of a line, what first and why after it, on a line of its own where both are too long. */
export function explainText(
  sections: readonly (readonly [title: string, lines: readonly ExplainedLine[]])[],
  width: number,
  paint: Paint,
): string {
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([title, lines]) => `${paint.strong(title)}\n${lines.map((line) => lineText(line, width, paint)).join('\n')}\n`,
    )
    .join('\n');
}

function lineText({ what, because }: ExplainedLine, width: number, paint: Paint): string {
  const left = `  ${printable(what)}`;
  if (because === '') return left;
  const column = Math.min(44, Math.floor(width / 2));
  const isShort = left.length < column && column + because.length <= width;
  return isShort
    ? `${left.padEnd(column)}${paint.quiet(printable(because))}`
    : `${left}\n      ${paint.quiet(printable(because))}`;
}
