import { printable } from '../finding/printable.ts';
import { hang } from './columns.ts';
import type { Paint } from './finding-text.ts';

/** A secret of a server, and whether it can be had. Never its value, and nothing that is made of it. */
export interface SecretRow {
  readonly server: string;
  readonly variable: string;
  readonly reference: string;
  readonly resolves: 'yes' | 'no' | 'left out';
  readonly milliseconds: number;
}

/** One a line: server, variable, whether it resolves and how long that took, and where it is kept. */
export function secretsText(rows: readonly SecretRow[], width: number, paint: Paint): string {
  if (rows.length === 0) return 'no server here has a secret\n';
  const cells = rows.map((row) => [row.server, row.variable, row.resolves, `${row.milliseconds} ms`].map(printable));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const column = widths.reduce((sum, one) => sum + one + GAP, 0);
  const lines = rows.flatMap(({ reference, resolves }, index) => {
    const [server = '', variable = '', word = '', took = ''] = (cells[index] ?? []).map((cell, at) =>
      at === 3 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
    );
    const gap = ' '.repeat(GAP);
    const head = [server, variable, paintOf(resolves, paint)(word), took, ''].join(gap);
    return hang(head, column, reference, width);
  });
  return `${lines.join('\n')}\n`;
}

const GAP = 2;

function paintOf(resolves: SecretRow['resolves'], paint: Paint): (text: string) => string {
  if (resolves === 'no') return paint.error;
  return resolves === 'yes' ? paint.strong : paint.quiet;
}
