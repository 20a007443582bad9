import { fails, passes, untested, type Probe } from '../finding/probe.ts';
import { failedAttempts, isUsedUp, lastWords } from './attempts.ts';
import { containerFix } from './container-fix.ts';
import { diagnose } from './diagnose.ts';
import type { Attempt, Machine } from './machine.ts';
import { onHost } from './on-host.ts';
import { setSysctl } from './set-sysctl.ts';

/** Whether bubblewrap can make the namespaces of a sandbox, tried for real, one after the other. */
export function probeNamespaces(machine: Machine): Probe {
  const name = 'namespaces';
  if (!machine.attempts) return untested(name, 'cannot be tried without a bubblewrap that may be run');
  const failed = failedAttempts(machine).filter(({ made }) => made !== 'proc');
  const [first] = failed;
  if (first?.said === undefined) return passes(name, 'user, pid, ipc, uts, cgroup, net; and none inside');
  // Without a user namespace there is no other: one reason is enough.
  const which =
    first.made === 'user' ? 'none can be made' : `not made: ${failed.map(({ made }) => NAMES[made]).join(', ')}`;
  const { ident, hint } = diagnose(first.said, machine.surroundings);
  const found = `${which}: ${lastWords(first.said)}`;
  if (isUsedUp(first.said)) return fails(name, found, onHost(machine, allowMore(first.made)), 'sandbox-unavailable');
  const { container, surroundings } = machine;
  const isEngines = container && ident === 'sandbox-unavailable' && !surroundings.cloneForbidden;
  return isEngines && !IS_APPARMORS.test(first.said)
    ? fails(name, found, containerFix(container, machine), ident)
    : fails(name, found, hint, ident);
}

function allowMore(made: Attempt['made']): string {
  return setSysctl(`user.max_${made === 'nested' ? 'user' : made}_namespaces=15000`);
}

const IS_APPARMORS = /setting up uid map: Permission denied|Failed RTM_NEWADDR/;

const NAMES: Readonly<Record<Attempt['made'], string>> = {
  user: 'user',
  nested: 'the one that forbids others',
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  net: 'net',
  proc: 'proc',
};
