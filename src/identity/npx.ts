import { readNpmSpec } from './npm-spec.ts';
import { readPackage, type PackageLauncher } from './read-package.ts';
import type { Reading } from './reading.ts';

/** `npx`. It ends its options at the first word, whose own options the rest are. */
export function readNpx(args: readonly string[]): Reading {
  return readPackage(args, 0, NPX);
}

/** What npm's `exec` is told as `npx` or by its own name. */
export const NPX: PackageLauncher = {
  launcher: 'npx',
  kind: 'npm',
  flags: ['-y', '--yes', '--no-install', '-q', '--quiet', '--silent', '--prefer-offline', '--offline'],
  valued: ['-p', '--package'],
  isEndable: true,
  instead: {
    '-c': 'a command for a shell can be anything: name the package, `npx -y name@1.2.3`',
    '--call': 'a command for a shell can be anything: name the package, `npx -y name@1.2.3`',
    '-yq': 'write each option by itself: `-y -q`',
    '--registry': 'registries come from the npm configuration of who runs `lock`: leave it out',
    '--prefix': 'nothing is taken from a project: leave it out',
    '--node-options': 'nothing is loaded in front of a server: leave it out',
  },
  word: readNpmSpec,
  named: readNpmSpec,
  example: 'npx -y name@1.2.3',
};
