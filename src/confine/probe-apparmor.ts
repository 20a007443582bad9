import { fails, passes, untested, type Probe } from '../finding/probe.ts';
import { failedAttempts, lastWords } from './attempts.ts';
import { diagnose } from './diagnose.ts';
import { familyOf } from './distribution.ts';
import type { Machine } from './machine.ts';
import { onHost } from './on-host.ts';

/** Whether AppArmor lets bubblewrap make user namespaces: Ubuntu 23.10 and newer let nobody without a profile. */
export function probeAppArmor(machine: Machine): Probe {
  const name = 'AppArmor';
  const { surroundings, appArmor, attempts } = machine;
  if (!surroundings.appArmorRestricts) return passes(name, 'does not restrict user namespaces');
  const fix = onHost(machine, howToAllow(machine));
  if (attempts === undefined)
    return appArmor.profile === 'in place'
      ? untested(name, 'restricts user namespaces; a profile for bubblewrap is in place')
      : untested(name, 'restricts user namespaces, and has no profile for bubblewrap', fix);
  const failed = failedAttempts(machine).filter(({ made }) => made !== 'proc');
  if (failed.length === 0) return passes(name, 'restricts user namespaces, and lets bubblewrap make them');
  const said = failed.map((attempt) => attempt.said ?? '').find((words) => DENIED.test(words));
  if (said === undefined) return untested(name, 'restricts user namespaces; here something else forbids them first');
  return fails(name, `forbids bubblewrap to make a user namespace: ${lastWords(said)}`, fix, 'sandbox-unavailable');
}

/** It lets the namespace be made, and gives no rights in it. */
const DENIED = /setting up uid map: Permission denied|Failed RTM_NEWADDR/;

/** Never by `kernel.apparmor_restrict_unprivileged_userns=0`, which would give them to every program of the machine. */
function howToAllow(machine: Machine): string {
  const { appArmor, system, surroundings } = machine;
  if (appArmor.profile === 'in place')
    return `\`sudo rm -f /etc/apparmor.d/disable/${PROFILE} && sudo apparmor_parser -r /etc/apparmor.d/${PROFILE}\``;
  if (appArmor.profile === 'offered')
    return `\`sudo cp /usr/share/apparmor/extra-profiles/${PROFILE} /etc/apparmor.d/ && sudo systemctl reload apparmor\``;
  if (familyOf(system) === 'debian') return diagnose('setting up uid map: Permission denied', surroundings).hint;
  return `\`printf '%s\\n' ${WRITTEN.map((line) => `'${line}'`).join(' ')} | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap\``;
}

/** The profile that AppArmor itself offers: what bubblewrap starts has no rights in the namespaces that it made. */
const PROFILE = 'bwrap-userns-restrict';

/** For where that one is not offered. Weaker: it also lets what bubblewrap starts make some, which our options forbid. */
const WRITTEN = [
  'abi <abi/4.0>,',
  'include <tunables/global>',
  'profile bwrap /usr/bin/bwrap flags=(unconfined) {',
  '  userns,',
  '}',
];
