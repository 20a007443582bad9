import { existsSync } from 'node:fs';
import { enterByHelper, type Enter } from '../confine/enter.ts';

/** The native helper for this machine, where the build found a compiler; `built` is the directory of what it made. */
export function helperIn(built: string): string | undefined {
  const path = `${built}/helper-${process.arch}`;
  return existsSync(path) ? path : undefined;
}

/** How servers are entered on this machine: at once where there is a helper, for a start waits for nothing in vain. */
export function enterIn(
  built: string,
  byShell: () => Promise<{ readonly enterByShell: Enter }>,
): Enter | Promise<Enter> {
  return helperIn(built) === undefined ? byShell().then(({ enterByShell }) => enterByShell) : enterByHelper;
}
