import { judgeBubblewrap } from '../confine/judge-bubblewrap.ts';
import { probeBubblewrapVersion } from '../confine/probe-bubblewrap-version.ts';
import { warning, type Finding } from '../finding/finding.ts';
import { bubblewrapFile, bubblewrapVersion } from '../host/installed-bubblewrap.ts';
import { credentialsOf } from '../host/machine.ts';
import { readSystem } from '../host/system.ts';
import type { Host } from '../plan/host.ts';

/** Whether what confines is old enough to have known faults. Everything else about the machine is `doctor`'s. */
export function checkSandbox(host: Host): Finding[] {
  const file = host.platform === 'linux' ? bubblewrapFile() : undefined;
  if (!file || judgeBubblewrap(file)) return [];
  const probe = probeBubblewrapVersion({ version: bubblewrapVersion(credentialsOf(host)), system: readSystem() });
  if (probe?.ident !== 'sandbox-old') return [];
  return [warning('sandbox-old', `bubblewrap ${probe.found}`, probe.fix ?? 'install a newer one')];
}
