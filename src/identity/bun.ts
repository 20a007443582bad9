import { readNpmSpec } from './npm-spec.ts';
import { readPackage, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `bunx`. */
export function readBunx(args: readonly string[]): Reading {
  return readPackage(args, 0, BUNX);
}

/** `bun x`. */
export function readBun(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === 'x') return readPackage(args, 1, { ...BUNX, launcher: 'bun x', example: 'bun x name@1.2.3' });
  if (verb === undefined) return endedAfter(args, '`bun` is given nothing to run', 'write `bun x name@1.2.3`');
  const what = `\`bun ${verb}\` runs a file or what a project says`;
  return faultAt(0, misread('launcher-option', what, 'name a package, `bun x name@1.2.3`, or a file, `node /path`'));
}

const BUNX: PackageLauncher = {
  launcher: 'bunx',
  kind: 'npm',
  flags: ['-y', '--yes', '--silent', '--verbose', '--no-install', '--no-cache'],
  valued: ['-p', '--package'],
  instead: { '--bun': 'packages are run by what their own first line names: leave it out' },
  word: readNpmSpec,
  named: readNpmSpec,
  example: 'bunx name@1.2.3',
};
