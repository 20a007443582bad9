import { readNpmSpec } from './npm-spec.ts';
import { readPackage, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `pnpm dlx`. */
export function readPnpm(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === 'dlx') return readPackage(args, 1, DLX);
  if (verb === undefined) return endedAfter(args, '`pnpm` is given nothing to run', `write \`${DLX.example}\``);
  const what = `\`pnpm ${verb}\` runs what a project says`;
  return faultAt(0, misread('launcher-option', what, `name a package, \`${DLX.example}\`, or a file, \`node /path\``));
}

/** `pnpx`, which is the same. */
export function readPnpx(args: readonly string[]): Reading {
  return readPackage(args, 0, { ...DLX, launcher: 'pnpx', example: 'pnpx name@1.2.3' });
}

const DLX: PackageLauncher = {
  launcher: 'pnpm dlx',
  kind: 'npm',
  flags: ['-s', '--silent'],
  valued: ['--package'],
  instead: {
    '-c': 'a command for a shell can be anything: name the package, `pnpm dlx name@1.2.3`',
    '--allow-build': 'no script of a package runs when it is installed: leave it out',
  },
  word: readNpmSpec,
  named: readNpmSpec,
  example: 'pnpm dlx name@1.2.3',
};
