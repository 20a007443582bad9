import { readPypiSpec } from './pypi-spec.ts';
import { readPackage, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `pipx run`. */
export function readPipx(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === 'run') return readPackage(args, 1, RUN);
  if (verb === undefined) return endedAfter(args, '`pipx` is given nothing to run', `write \`${RUN.example}\``);
  const what = `\`pipx ${verb}\` starts no server`;
  return faultAt(0, misread('launcher-option', what, `write \`${RUN.example}\``));
}

const RUN: PackageLauncher = {
  launcher: 'pipx run',
  kind: 'pypi',
  flags: ['--no-cache', '-q', '--quiet'],
  valued: ['--spec'],
  instead: {
    '--python': 'the Python that runs it is the machine’s: leave it out',
    '--index-url': 'indexes come from the configuration of who runs `lock`: leave it out',
    '--path': 'of a file, write `python3 /path/to/server.py`',
  },
  word: (spec) => readPypiSpec(spec),
  named: (spec) => readPypiSpec(spec),
  example: 'pipx run name==1.2.3',
};
