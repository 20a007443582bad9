import { existsSync, statSync } from 'node:fs';
import type { Cgroups } from '../confine/machine.ts';
import { readText } from './read-text.ts';
import { runBriefly } from './run-briefly.ts';

/** What of cgroups there is for this account: cgroups(7). */
export function ownCgroups(uid: number): Cgroups {
  return { version: cgroupVersion(), delegated: delegated(uid), scope: tryScope(uid) };
}

function cgroupVersion(): Cgroups['version'] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 2;
  return existsSync('/proc/self/cgroup') && existsSync('/sys/fs/cgroup') ? 1 : undefined;
}

/** What systemd gives to the manager of a user: https://systemd.io/CGROUP_DELEGATION */
function delegated(uid: number): readonly string[] {
  return readText(`/sys/fs/cgroup/user.slice/user-${uid}.slice/user@${uid}.service/cgroup.controllers`)
    .split(/\s+/)
    .filter((name) => name !== '');
}

/** Root's own manager says nothing of the account that servers get. */
function tryScope(uid: number): boolean | undefined {
  const stats = statSync(SYSTEMD_RUN, { throwIfNoEntry: false });
  if (uid === 0 || stats?.uid !== 0 || (stats.mode & 0o6022) !== 0) return undefined;
  const { code } = runBriefly(SYSTEMD_RUN, ['--user', '--scope', '--quiet', '--', '/bin/true'], {}, runtimeOf(uid));
  return code === 0;
}

const SYSTEMD_RUN = '/usr/bin/systemd-run';

/** Where it finds the user's manager: pam_systemd(8). */
function runtimeOf(uid: number): Record<string, string> {
  return { XDG_RUNTIME_DIR: `/run/user/${uid}`, DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${uid}/bus` };
}
