import { readNpmSpec } from './npm-spec.ts';
import { readPackage, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `yarn dlx`, of Yarn 2 and later. */
export function readYarn(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === 'dlx') return readPackage(args, 1, DLX);
  if (verb === undefined) return endedAfter(args, '`yarn` is given nothing to run', `write \`${DLX.example}\``);
  const what = `\`yarn ${verb}\` runs what a project says`;
  return faultAt(0, misread('launcher-option', what, `name a package, \`${DLX.example}\`, or a file, \`node /path\``));
}

const DLX: PackageLauncher = {
  launcher: 'yarn dlx',
  kind: 'npm',
  flags: ['-q', '--quiet'],
  valued: ['-p', '--package'],
  word: readNpmSpec,
  named: readNpmSpec,
  example: 'yarn dlx name@1.2.3',
};
