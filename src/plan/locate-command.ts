import type { Layer } from '../policy/policy.ts';
import type { Host } from './host.ts';

/** A program by an absolute path, or by a bare name on `programPath`: as found, and with every link followed. */
export interface Located {
  readonly path: string;
  readonly real: string;
}

export function locateCommand(command: string, layer: Pick<Layer, 'programPath'>, host: Host): Located | undefined {
  if (command.startsWith('/')) return located(command, host);
  if (command.includes('/')) return undefined;
  for (const directory of programPath(layer, host)) {
    const found = located(`${directory}/${command}`, host);
    if (found) return found;
  }
  return undefined;
}

/** The client's `PATH` is never asked: a repository or a dotfile can put a directory of its own in front. */
export function programPath(layer: Pick<Layer, 'programPath'>, host: Host): readonly string[] {
  const usual = (): string[] => [...SYSTEM_PATH, host.node.slice(0, host.node.lastIndexOf('/'))];
  return [...new Set(layer.programPath?.map(({ value }) => value) ?? usual())];
}

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];

function located(path: string, host: Host): Located | undefined {
  const real = host.real(path);
  return real === undefined ? undefined : { path, real };
}
