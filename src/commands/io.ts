import { Chalk, supportsColor, supportsColorStderr } from 'chalk';
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
    paintOut: paint(color, supportsColor !== false),
    paintErr: paint(color, supportsColorStderr !== false),
    width: process.stdout.columns ?? 80,
  };
}

function paint(color: ColorChoice, isSupported: boolean): Paint {
  const chalk = new Chalk({ level: color === 'always' || (color === 'auto' && isSupported) ? 1 : 0 });
  return { error: chalk.red.bold, warning: chalk.yellow.bold, quiet: chalk.dim, strong: chalk.bold };
}
