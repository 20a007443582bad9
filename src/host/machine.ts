import { existsSync, realpathSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { judgeBubblewrap } from '../confine/judge-bubblewrap.ts';
import { SANDBOX_EXEC } from '../confine/seatbelt/judge-sandbox-exec.ts';
import type { AppArmor, Machine, NodeFile, OwnDirectory } from '../confine/machine.ts';
import { custody } from '../match/custody.ts';
import type { Host } from '../plan/host.ts';
import { ownCgroups } from './cgroups.ts';
import { ownContainer } from './container.ts';
import { stepsOf } from './host.ts';
import { bubblewrapFile, bubblewrapVersion, otherBubblewraps } from './installed-bubblewrap.ts';
import { readText } from './read-text.ts';
import type { Credentials } from './run-briefly.ts';
import { surroundings } from './surroundings.ts';
import { readSystem } from './system.ts';
import { tryNamespaces } from './try-namespaces.ts';
import { mayWrite } from './may-write.ts';

/**
 * What is so on this machine, for the account that servers would have. bubblewrap is run for it, if it is root's alone,
 * and systemd-run; nothing is written.
 */
export function lookAtMachine(host: Host, entry: string, isMoved: boolean, environment: NodeJS.ProcessEnv): Machine {
  const { account, platform } = host;
  const isLinux = platform === 'linux';
  const bubblewrap = isLinux ? bubblewrapFile() : undefined;
  const credentials = credentialsOf(host);
  const mayRun = bubblewrap !== undefined && judgeBubblewrap(bubblewrap) === undefined;
  return {
    platform,
    architecture: process.arch,
    kernel: release(),
    system: readSystem(),
    surroundings: surroundings(),
    maxUserNamespaces: numberIn('/proc/sys/user/max_user_namespaces'),
    container: isLinux ? ownContainer(environment) : undefined,
    appArmor: readAppArmor(),
    bubblewrap,
    sandboxExec: platform === 'darwin' ? statSync(SANDBOX_EXEC, { throwIfNoEntry: false }) : undefined,
    otherBubblewraps: bubblewrap ? [] : otherBubblewraps(account.home),
    version: mayRun ? bubblewrapVersion(credentials) : undefined,
    attempts: mayRun ? tryNamespaces(credentials) : undefined,
    cgroups: isLinux ? ownCgroups(account.uid) : { version: undefined, delegated: [], scope: undefined },
    node: nodeFile(host, entry),
    variables: Object.keys(environment),
    directories: (['config', 'state', 'data'] as const).map((name) =>
      ownDirectory(name, host.directories[name], isMoved, account.uid),
    ),
  };
}

/** Whom to try things as. Started as root, a server runs as `nobody`, and so does what is tried. */
export function credentialsOf(host: Host): Credentials {
  const nobody = host.account.uid === 0 ? host.accountNamed('nobody') : undefined;
  return nobody ? { uid: nobody.uid, gid: nobody.gid } : {};
}

function numberIn(path: string): number | undefined {
  const text = readText(path).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function readAppArmor(): AppArmor {
  const label = /^([^\0\n]+?)(?: \(\w+\))?\s*$/m.exec(readText('/proc/self/attr/current'))?.[1];
  const profiles = '/usr/share/apparmor/extra-profiles';
  return {
    // SELinux has the same file; its labels have colons.
    label: label === undefined || label === 'unconfined' || label.includes(':') ? undefined : label,
    profile: existsSync('/etc/apparmor.d/bwrap-userns-restrict')
      ? 'in place'
      : existsSync(`${profiles}/bwrap-userns-restrict`)
        ? 'offered'
        : 'absent',
  };
}

function nodeFile({ node, account }: Host, entry: string): NodeFile {
  const keeper = custody(stepsOf(node), account.uid);
  return {
    version: process.versions.node,
    path: node,
    changeable: keeper.of === 'others' ? keeper.path : undefined,
    entry,
  };
}

/** A directory of ours, or of what is not there yet, the one that it would be made in. */
function ownDirectory(name: OwnDirectory['name'], path: string, isMoved: boolean, uid: number): OwnDirectory {
  let there = path;
  while (!existsSync(there)) there = dirname(there);
  const ways = new Set([there, realpathSync.native(there)]);
  const changeable = [...ways].map((way) => custody(stepsOf(way), uid)).find((keeper) => keeper.of === 'others');
  return {
    name,
    path,
    isThere: there === path,
    isWritable: mayWrite(there),
    changeable: changeable?.of === 'others' ? { path: changeable.path, fault: changeable.fault } : undefined,
    isMoved,
  };
}
