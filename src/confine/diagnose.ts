import { refusal, type Finding } from '../finding/finding.ts';
import { familyOf, installBubblewrap } from './distribution.ts';
import type { System } from './machine.ts';

/** What is so on a machine where bubblewrap could not do its work. */
export interface Surroundings {
  /** Inside Docker, Podman or another container. */
  readonly inContainer: boolean;
  /** `kernel.apparmor_restrict_unprivileged_userns`, `kernel.unprivileged_userns_clone`, `user.max_user_namespaces`. */
  readonly appArmorRestricts: boolean;
  readonly cloneForbidden: boolean;
  readonly noNamespacesLeft: boolean;
}

/** Why nothing was started, from bubblewrap's own words and the machine, with the one command that mends it. */
export function diagnose(words: string, machine: Surroundings): Finding {
  const last = words.trim().split('\n').at(-1) ?? '';
  const known = DIAGNOSES.find(({ says }) => says.test(words));
  if (!known) {
    return refusal(
      'sandbox-failed',
      `bubblewrap could not build the sandbox: ${last === '' ? 'it said nothing' : last}`,
      'run `mcp-secure-run explain` on this server and look for that path or option',
    );
  }
  return known.finding(last, machine);
}

const DIAGNOSES: readonly { says: RegExp; finding: (last: string, machine: Surroundings) => Finding }[] = [
  {
    says: /Unknown option --?(?:disable-userns|assert-userns-disabled|ro-bind-fd|bind-fd|size|info-fd|args)/,
    finding: (last) =>
      refusal(
        'sandbox-too-old',
        `this bubblewrap is too old: ${last.replace(/^bwrap: /, '')}`,
        'install bubblewrap 0.10 or newer (or 0.8 and 0.9 with the fix for CVE-2024-42472, as Debian 12 and Ubuntu 24.04 have it)',
      ),
  },
  {
    says: /Can't mount proc/,
    finding: (last) =>
      refusal(
        'sandbox-unavailable',
        `this container hides parts of /proc, and a sandbox inside it cannot have its own: ${last}`,
        'start the container with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`, or run the server on the host',
      ),
  },
  {
    says: /setting up uid map: Permission denied|loopback: Failed RTM_NEWADDR: Operation not permitted/,
    finding: (last, machine) => (machine.appArmorRestricts ? appArmor(last) : namespaces(last, machine)),
  },
  {
    // `unshare user ns: No space left on device`: a sandbox takes two of `user.max_user_namespaces`.
    says: /Creating new namespace failed|No permissions to create (?:a )?new namespace|setting up uid map|unshare user ns/,
    finding: namespaces,
  },
];

/** Ubuntu 23.10 and newer: https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces */
function appArmor(last: string): Finding {
  return refusal(
    'sandbox-unavailable',
    `AppArmor forbids bubblewrap to make a user namespace: ${last}`,
    '`sudo apt-get install apparmor-profiles && sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo systemctl reload apparmor`',
  );
}

function namespaces(last: string, machine: Surroundings): Finding {
  return refusal(
    'sandbox-unavailable',
    `bubblewrap cannot make a user namespace here: ${last}`,
    howToAllow(last, machine),
  );
}

function howToAllow(last: string, machine: Surroundings): string {
  if (machine.cloneForbidden)
    return '`sudo sysctl -w kernel.unprivileged_userns_clone=1`, and the same line in /etc/sysctl.d/ to keep it';
  if (machine.noNamespacesLeft || last.includes('No space left on device'))
    return '`sudo sysctl -w user.max_user_namespaces=15000`, and the same line in /etc/sysctl.d/ to keep it';
  // A container's filter stands before the host's AppArmor: what it forbids never gets there.
  if (machine.inContainer)
    return 'start the container with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`, or run the server on the host';
  if (machine.appArmorRestricts) return appArmor('').hint;
  return 'ask who runs this machine to allow unprivileged user namespaces, and see in `mcp-secure-run doctor` whether `unsafe: [landlock-only]` works; nothing runs unconfined meanwhile';
}

export function bubblewrapMissing(path: string, system: System): Finding {
  const message = `bubblewrap is not installed: there is no ${path}`;
  return refusal('sandbox-missing', message, installBubblewrap(familyOf(system)));
}
