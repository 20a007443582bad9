import { fails, passes, untested, type Probe } from '../finding/probe.ts';
import { failedAttempts, isUsedUp } from './attempts.ts';
import { containerFix } from './container-fix.ts';
import type { Machine } from './machine.ts';

/** Whether the container that we are in, if it is one, leaves room for a sandbox. */
export function probeContainer(machine: Machine): Probe | undefined {
  const name = 'container';
  const { container, appArmor, attempts } = machine;
  if (!container) return undefined;
  const { engine, hasFilter, masks } = container;
  const held = [
    ...(hasFilter ? ['a seccomp filter'] : []),
    ...(appArmor.label === undefined ? [] : [`AppArmor’s \`${appArmor.label}\``]),
    ...(masks.length > 0 ? ['parts of /proc hidden'] : []),
  ];
  if (held.length === 0) return passes(name, `${engine}, with nothing that stands in the way`);
  const found = `${engine}, with ${held.join(', ')}`;
  const fix = containerFix(container, machine);
  if (!attempts) return untested(name, `${found}; what of it stands in the way cannot be tried`, fix);
  const isInTheWay = failedAttempts(machine).some(({ said }) => said !== undefined && !isUsedUp(said));
  return isInTheWay
    ? fails(name, `${found}: no room for a sandbox`, fix, 'sandbox-unavailable')
    : passes(name, `${found}, which leaves room for a sandbox`);
}
