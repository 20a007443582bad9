import { fails, limited, passes, type Probe } from '../finding/probe.ts';
import { saidOf } from './attempts.ts';
import type { Machine } from './machine.ts';
import { onHost } from './on-host.ts';
import { setSysctl } from './set-sysctl.ts';

/** What the kernel's settings say of user namespaces. A setting is no fault where bubblewrap can make one all the same. */
export function probeUserNamespaces(machine: Machine): Probe {
  const name = 'user namespaces';
  const { maxUserNamespaces: most, surroundings, attempts } = machine;
  const works =
    attempts !== undefined && saidOf(machine, 'user') === undefined && saidOf(machine, 'nested') === undefined;
  const refuses = (found: string, fix: string): Probe =>
    fails(name, found, onHost(machine, fix), 'sandbox-unavailable');
  if (!works && surroundings.cloneForbidden)
    return refuses(
      '`kernel.unprivileged_userns_clone` is 0: only root may make them',
      setSysctl('kernel.unprivileged_userns_clone=1'),
    );
  if (!works && most !== undefined && most < FOR_ONE)
    return refuses(`\`user.max_user_namespaces\` is ${most}, and a sandbox takes ${FOR_ONE}`, setSysctl(ENOUGH));
  if (most === undefined)
    return works
      ? passes(name, 'allowed')
      : refuses(
          'this kernel has none, or hides /proc/sys/user',
          'start a kernel that was built with `CONFIG_USER_NS=y`',
        );
  if (most < FEW)
    return limited(
      name,
      `${most} at most: enough for ${Math.floor(most / FOR_ONE)} servers at a time`,
      onHost(machine, setSysctl(ENOUGH)),
    );
  return passes(name, `allowed, ${most} at most`);
}

/** One of its own, and one inside of that which lets no other be made. */
const FOR_ONE = 2;
/** Clients start 5 to 15 servers each, and browsers and Flatpak take some as well. */
const FEW = 100;
const ENOUGH = 'user.max_user_namespaces=15000';
