import { existsSync } from 'node:fs';

/** The native helper for this machine, where the build found a compiler; `built` is the directory of what it made. */
export function helperIn(built: string): string | undefined {
  const path = `${built}/helper-${process.arch}`;
  return existsSync(path) ? path : undefined;
}
