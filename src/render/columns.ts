import { printable } from '../finding/printable.ts';

/** Text behind a head, its further lines below its first; `column` is where the head ends for the eye. */
export function hang(head: string, column: number, text: string, width: number): readonly string[] {
  const [first = '', ...others] = wrap(printable(text), width - column);
  return [head + first, ...others.map((line) => ' '.repeat(column) + line)];
}

/** Breaks at spaces, but not between backticks. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
