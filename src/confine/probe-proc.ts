import { fails, passes, untested, type Probe } from '../finding/probe.ts';
import { lastWords, saidOf } from './attempts.ts';
import { containerFix } from './container-fix.ts';
import { diagnose } from './diagnose.ts';
import type { Machine } from './machine.ts';

/** Whether a sandbox can have a /proc of its own: the kernel gives none to who sees only parts of the one outside. */
export function probeProc(machine: Machine): Probe {
  const name = '/proc';
  const { attempts, container, surroundings } = machine;
  if (!attempts || saidOf(machine, 'user') !== undefined || saidOf(machine, 'pid') !== undefined)
    return untested(name, 'cannot be tried without namespaces');
  const said = saidOf(machine, 'proc');
  if (said === undefined) return passes(name, 'a sandbox can have one of its own');
  const masks = container?.masks ?? [];
  const hidden = masks.length > 0 ? `what is mounted over ${some(masks)} forbids it: ` : '';
  const fix = masks.length > 0 && container ? containerFix(container, machine) : diagnose(said, surroundings).hint;
  return fails(name, `a sandbox cannot have one of its own; ${hidden}${lastWords(said)}`, fix, 'sandbox-unavailable');
}

function some(paths: readonly string[]): string {
  const [first, second, ...others] = paths;
  return [first, second, ...(others.length > 0 ? [`${others.length} more`] : [])].filter(Boolean).join(', ');
}
