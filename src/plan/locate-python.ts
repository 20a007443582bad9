import type { Layer } from '../policy/policy.ts';
import type { Host } from './host.ts';
import { locateCommand, type Located } from './locate-command.ts';

/** A Python with what wheels differ by: `cp311` is CPython 3.11, `cp313t` one without the global lock. */
export interface Python extends Located {
  readonly tag: string;
}

/** The first of these on `programPath` that is CPython 3; by its real file's name, for nothing is started to ask it. */
export function locatePython(
  layer: Pick<Layer, 'programPath'>,
  host: Host,
  names: readonly string[] = ['python3'],
): Python | undefined {
  for (const name of names) {
    const found = locateCommand(name, layer, host);
    const [, minor] = /\/python3\.(\d{1,2}t?)$/.exec(found?.real ?? '') ?? [];
    if (found && minor !== undefined) return { ...found, tag: `cp3${minor}` };
  }
  return undefined;
}

/** `cp311` → `python3.11` */
export function pythonName(tag: string): string {
  return `python3.${tag.slice('cp3'.length)}`;
}

/** `cp311` → 11 */
export function minorOf(tag: string): number {
  return Number.parseInt(tag.slice('cp3'.length), 10);
}
