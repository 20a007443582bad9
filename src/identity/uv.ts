import { readPypiSpec } from './pypi-spec.ts';
import { readOptions } from './read-options.ts';
import { readAfter, readPackage, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `uvx`. */
export function readUvx(args: readonly string[]): Reading {
  return readPackage(args, 0, UVX);
}

/** `uv tool run`, which is `uvx`, and of `uv run` what has nothing to do with a project. */
export function readUv(args: readonly string[]): Reading {
  const [verb, second] = args;
  if (verb === 'tool' && second === 'run') return readPackage(args, 2, { ...UVX, launcher: 'uv tool run' });
  if (verb === 'run') return readRun(args);
  if (verb === undefined || (verb === 'tool' && second === undefined))
    return endedAfter(args, '`uv` is given nothing to run', `write \`${UVX.example}\``);
  const token = verb === 'tool' ? 1 : 0;
  const isOption = args[token]?.startsWith('-');
  const what = isOption
    ? `\`uv\` is not taken with \`${args[token]}\`, which could change what it runs`
    : `\`uv ${args.slice(0, token + 1).join(' ')}\` runs no package`;
  return faultAt(token, misread('launcher-option', what, OUT_OF_PROJECT));
}

function readRun(args: readonly string[]): Reading {
  const options = readOptions(args, 1, RUN);
  if (!options.ok) return options;
  const reading = readAfter(args, options, RUN);
  if (!reading.ok || args.slice(1, options.next).includes('--no-project')) return reading;
  const what = '`uv run` takes packages and settings from the project where it is started';
  return faultAt(0, misread('launcher-option', what, `write \`${UVX.example}\`, or \`--no-project\` after \`run\``));
}

const OUT_OF_PROJECT =
  'write `uvx name@1.2.3`; of a project, run the file with the Python of its environment: `python3 /path/to/server.py`';

const FLAGS = [
  '-q',
  '--quiet',
  '--isolated',
  '--offline',
  '--no-cache',
  '-n',
  '--refresh',
  '--no-progress',
  '--no-config',
];

const INSTEAD = {
  '--with': 'further packages can replace any file of the first: leave it out, or ask its author for a dependency',
  '--python': 'the Python that runs it is the machine’s: leave it out',
  '-p': 'the Python that runs it is the machine’s: leave it out',
  '--directory': OUT_OF_PROJECT,
  '--project': OUT_OF_PROJECT,
  '--env-file': 'variables come from the policy: `env`, `pass`',
  '--index-url': 'indexes come from the configuration of who runs `lock`: leave it out',
};

const UVX: PackageLauncher = {
  launcher: 'uvx',
  kind: 'pypi',
  flags: FLAGS,
  valued: ['--from'],
  instead: INSTEAD,
  word: (spec) => readPypiSpec(spec, ['@', '==']),
  named: (spec) => readPypiSpec(spec, ['==', '@']),
  example: 'uvx name@1.2.3',
};

const RUN: PackageLauncher = {
  ...UVX,
  launcher: 'uv run',
  flags: [...FLAGS, '--no-project', '--no-sync', '--no-env-file'],
  valued: ['--with'],
  named: (spec) => readPypiSpec(spec),
  example: 'uv run --no-project --with name==1.2.3 name',
  takesNoWord: true,
};
