import { NPX } from './npx.ts';
import { readOptions } from './read-options.ts';
import { readAfter, type PackageLauncher } from './read-package.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/** `npm exec`, `npm x`. Other than npx it reads options after the package too, until `--`. */
export function readNpm(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === undefined) return endedAfter(args, '`npm` is given nothing to run', `write \`${EXEC.example}\``);
  if (verb !== 'exec' && verb !== 'x') {
    const what = `\`npm ${verb}\` runs what a project says`;
    return faultAt(
      0,
      misread('launcher-option', what, `name a package, \`${EXEC.example}\`, or a file, \`node /path\``),
    );
  }
  const options = readOptions(args, 1, EXEC);
  if (!options.ok) return options;
  const reading = readAfter(args, options, EXEC);
  if (!reading.ok || options.isEnded) return reading;

  if (args[reading.consumed] === '--') return { ...reading, consumed: reading.consumed + 1 };
  const dashed = args.findIndex((word, index) => index >= reading.consumed && word.startsWith('-'));
  if (dashed === -1) return reading;
  const what = `npm reads \`${args[dashed]}\` as its own here, and not as the server’s`;
  return faultAt(dashed, misread('launcher-option', what, 'write `--` in front of the package'));
}

const EXEC: PackageLauncher = {
  ...NPX,
  launcher: 'npm exec',
  flags: ['-y', '--yes', '-q', '--quiet', '--silent', '--prefer-offline', '--offline'],
  valued: ['--package'],
  example: 'npm exec -y -- name@1.2.3',
};
