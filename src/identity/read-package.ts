import { isBin } from './bin.ts';
import { toIdentity } from './to-identity.ts';
import type { Package } from './npm-spec.ts';
import { readOptions, type Options, type OptionsRead, type OptionValue } from './read-options.ts';
import { endedAfter, faultAt, misread, type Fault, type Misread, type Reading } from './reading.ts';

/** A launcher that fetches a package and runs a program of it. */
export interface PackageLauncher extends Options {
  readonly kind: 'npm' | 'pypi';
  /** What a package by itself is: `npx PACKAGE`. */
  readonly word: (spec: string) => Package | Misread;
  /** What one is that an option names, as in `npx --package PACKAGE PROGRAM`. */
  readonly named: (spec: string) => Package | Misread;
  /** An example of either, for hints. */
  readonly example: string;
  /** Whether a package must be named by an option. */
  readonly takesNoWord?: true;
}

/** `[options] PACKAGE`, or `[options] --package PACKAGE PROGRAM`; all after that is the server's. */
export function readPackage(args: readonly string[], from: number, launcher: PackageLauncher): Reading {
  const options = readOptions(args, from, launcher);
  return options.ok ? readAfter(args, options, launcher) : options;
}

export function readAfter(args: readonly string[], options: OptionsRead, launcher: PackageLauncher): Reading {
  const { next, values } = options;
  const [named, ...more] = values;
  const [second] = more;
  if (second) return faultAt(second.token, severalPackages(second, launcher));
  const word = args[next];
  if (word === undefined)
    return endedAfter(args, `\`${launcher.launcher}\` is given nothing to run`, `write \`${launcher.example}\``);
  if (named === undefined)
    return launcher.takesNoWord ? noPackage(next, word, launcher) : readWord(word, next, launcher);

  const found = launcher.named(named.value);
  if ('ident' in found) return faultAt(named.token, found);
  if (!isBin(word)) return faultAt(next, noProgram(word, found));
  return launched(launcher, found, next + 1, word);
}

function readWord(word: string, token: number, launcher: PackageLauncher): Reading {
  const found = launcher.word(word);
  return 'ident' in found ? faultAt(token, found) : launched(launcher, found, token + 1, undefined);
}

function launched({ kind }: PackageLauncher, found: Package, consumed: number, bin: string | undefined): Reading {
  return { ok: true, identity: toIdentity(kind, found, bin), consumed };
}

function severalPackages({ option, value }: OptionValue, { launcher }: PackageLauncher): Misread {
  const what = `\`${option} ${value}\` is one package more, and a server is one package`;
  return misread(
    'launcher-option',
    what,
    `name the one that has the program: \`${launcher}\` takes \`${option}\` once`,
  );
}

function noPackage(token: number, word: string, { launcher, example }: PackageLauncher): Fault {
  const what = `\`${launcher} ${word}\` runs what is found where it is started`;
  return faultAt(token, misread('launcher-option', what, `name the package: \`${example}\``));
}

function noProgram(word: string, { name }: Package): Misread {
  return misread(
    'launcher-option',
    `\`${word}\` names no program of \`${name}\``,
    'write the name of one, without a path',
  );
}
