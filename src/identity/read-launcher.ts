import { readBun, readBunx } from './bun.ts';
import { readContainer } from './container.ts';
import { readDeno } from './deno.ts';
import { readInterpreter, runnerOf } from './interpreter.ts';
import { readNpm } from './npm.ts';
import { readNpx } from './npx.ts';
import { readPipx } from './pipx.ts';
import { readPnpm, readPnpx } from './pnpm.ts';
import type { Reading } from './reading.ts';
import { readUv, readUvx } from './uv.ts';
import { readWrapper } from './wrapper.ts';
import { readYarn } from './yarn.ts';

/**
 * What a command line runs, by the grammar of its launcher. A grammar lists what it takes, which is what leaves the
 * answer the same, and refuses all else at the very argument. Undefined where the command is no launcher that is known
 * here: such a program is known by its real path and its exact arguments.
 *
 * `command` is a bare name: what a file with a path is, its name does not say.
 */
export function readLauncher(command: string, args: readonly string[]): Reading | undefined {
  const read = LAUNCHERS.get(command);
  if (read) return read(args);
  const runner = runnerOf(command);
  return runner ? readInterpreter(command, args, runner) : readWrapper(command, args);
}

/** Whether a program of this name has a grammar here that leads to a package, an image or a file. */
export function isLauncher(name: string): boolean {
  return LAUNCHERS.has(name);
}

const LAUNCHERS: ReadonlyMap<string, (args: readonly string[]) => Reading> = new Map([
  ['npx', readNpx],
  ['npm', readNpm],
  ['pnpm', readPnpm],
  ['pnpx', readPnpx],
  ['yarn', readYarn],
  ['bunx', readBunx],
  ['bun', readBun],
  ['uvx', readUvx],
  ['uv', readUv],
  ['pipx', readPipx],
  ['deno', readDeno],
  ['docker', (args) => readContainer('docker', args)],
  ['podman', (args) => readContainer('podman', args)],
]);
