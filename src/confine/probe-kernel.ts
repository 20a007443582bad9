import { fails, limited, passes, untested, type Probe } from '../finding/probe.ts';
import { familyOf, upgradeKernel } from './distribution.ts';
import { isOlder } from './bubblewrap-faults.ts';
import type { Machine } from './machine.ts';
import { onHost } from './on-host.ts';

/** Whether the kernel has what a sandbox is made of. */
export function probeKernel(machine: Machine): Probe {
  const name = 'kernel';
  const { kernel, system } = machine;
  const version = /^\d+\.\d+/.exec(kernel)?.[0];
  if (version === undefined) return untested(name, `\`${kernel}\` is no version of Linux that can be read`);
  const fix = onHost(machine, upgradeKernel(familyOf(system), system.id));
  if (isOlder(version, COUNTS_NAMESPACES))
    return fails(name, `${kernel} cannot forbid nested user namespaces: 4.9 can`, fix, 'sandbox-unavailable');
  if (isOlder(version, RESOLVES_IN_ROOT))
    return limited(name, `${kernel} leaves it to bubblewrap to keep links inside of the sandbox: 5.6 does it`, fix);
  return passes(name, kernel);
}

/** `user.max_user_namespaces`, which `--disable-userns` sets: namespaces(7). */
const COUNTS_NAMESPACES = '4.9';
/** openat2(2) with RESOLVE_IN_ROOT, in place of which bubblewrap 0.12 has code of its own. */
const RESOLVES_IN_ROOT = '5.6';
