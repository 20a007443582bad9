import type { Io } from '../../src/commands/io.ts';

/** Calls a command with streams that collect: what it answered, and the document that it printed. */
export function printedBy<Answer>(command: (io: Io) => Answer): { answer: Answer; document: () => unknown } {
  const printed: string[] = [];
  const paint = { error: same, warning: same, quiet: same, strong: same };
  const out = (text: string): void => void printed.push(text);
  const answer = command({ out, err: same, paintOut: paint, paintErr: paint, width: 80 });
  return { answer, document: () => JSON.parse(printed.join('')) as unknown };
}

const same = (text: string): string => text;
