import { endedAfter, faultAt, misread, type Fault } from './reading.ts';

/** What a launcher may be told before what it runs. */
export interface Options {
  /** As it is called: `npx`, `npm exec`. */
  readonly launcher: string;
  /** Those without a value. Each changes nothing of what runs. */
  readonly flags: readonly string[];
  /** Those with one, which is looked at: `--package PACKAGE`, of the long ones `--package=PACKAGE` too. */
  readonly valued?: readonly string[];
  /** Whether `--` may stand between them and what runs. */
  readonly isEndable?: true;
  /** What to do instead of those that are asked for often. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface OptionsRead {
  readonly ok: true;
  /** The first argument that is no option. */
  readonly next: number;
  readonly values: readonly OptionValue[];
  /** Whether `--` ended them. */
  readonly isEnded: boolean;
}

export interface OptionValue {
  readonly option: string;
  readonly value: string;
  readonly token: number;
}

/**
 * Reads what is known, each option by itself and as it is listed: no clusters, no abbreviations, no `=` where none is
 * listed. One that is not known may take the next argument as its value or not, so nothing after it can be read.
 */
export function readOptions(args: readonly string[], from: number, options: Options): OptionsRead | Fault {
  const { launcher, flags, valued = [] } = options;
  const values: OptionValue[] = [];
  let next = from;
  for (; next < args.length; next += 1) {
    const word = args[next] ?? '';
    if (word === '--' && options.isEndable) return { ok: true, next: next + 1, values, isEnded: true };
    if (!word.startsWith('-')) break;
    const [name, attached] = split(word);
    if (flags.includes(word)) continue;
    if (!valued.includes(name)) return refused(word, next, options);
    const token = attached === undefined ? (next += 1) : next;
    const value = attached ?? args[token];
    if (value === undefined)
      return endedAfter(args, `\`${name}\` of \`${launcher}\` needs a value`, 'write it after it');
    values.push({ option: name, value, token });
  }
  return { ok: true, next, values, isEnded: false };
}

function split(word: string): [name: string, attached: string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function refused(word: string, token: number, { launcher, flags, valued = [], instead = {} }: Options): Fault {
  const [name] = split(word);
  const known = [...flags, ...valued].join(', ');
  const hint = instead[name] ?? (known === '' ? `write \`${launcher}\` without options` : `it may be given ${known}`);
  const why = `\`${launcher}\` is not taken with \`${word}\`, which could change what it runs`;
  return faultAt(token, misread('launcher-option', why, hint));
}
