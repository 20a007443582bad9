import { Chalk } from 'chalk';
import type { Paint } from '../render/finding-text.ts';

/** What a command writes to: data to stdout, words to stderr, each painted if its stream takes it. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly paintOut: Paint;
  readonly paintErr: Paint;
  readonly width: number;
}

export type ColorChoice = 'auto' | 'always' | 'never';

/** The process's own streams. `auto` follows `NO_COLOR`, `FORCE_COLOR` and what each stream is. */
export function processIo(color: ColorChoice): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    paintOut: paint(color, takesColor(process.stdout)),
    paintErr: paint(color, takesColor(process.stderr)),
    width: process.stdout.columns || 80, // a terminal that nobody told its size says 0
  };
}

/** By no-color.org and force-color.org; chalk's own look at it takes our `--color auto` for a wish for colour. */
function takesColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return stream.isTTY && TERM !== 'dumb';
}

function paint(color: ColorChoice, isSupported: boolean): Paint {
  const chalk = new Chalk({ level: color === 'always' || (color === 'auto' && isSupported) ? 1 : 0 });
  return { error: chalk.red.bold, warning: chalk.yellow.bold, quiet: chalk.dim, strong: chalk.bold };
}
