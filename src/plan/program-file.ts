import { isSlot, type Layer, type Placed, type ServerPolicy } from '../policy/policy.ts';
import type { Host } from './host.ts';
import { interpreterAt } from './interpreter.ts';
import { locateCommand } from './locate-command.ts';

/** The file that is to be what was reviewed. */
export interface ProgramFile {
  /** As the policy writes it: by this, a lock knows it. */
  readonly asked: Placed<string>;
  /** Where it was found, links unfollowed. */
  readonly path: string;
  readonly real: string;
}

/** The program of a server that is no package: what `command` names, or the script that it is given. Undefined where none is there. */
export function programFile(
  { command, args: [script] }: ServerPolicy,
  layer: Layer,
  host: Host,
): ProgramFile | undefined {
  const found = locateCommand(command.value, layer, host);
  if (!found) return undefined;
  if (!interpreterAt(found.real)) return { asked: command, ...found };
  if (!script || isSlot(script) || !script.value.startsWith('/')) return undefined;
  const real = host.real(script.value);
  return real === undefined ? undefined : { asked: script, path: script.value, real };
}
