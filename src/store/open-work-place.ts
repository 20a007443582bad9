import { allow, deny, type Decision } from '../finding/decision.ts';
import { credentialsOf } from '../host/machine.ts';
import { isRefusedBySystem } from '../host/system-error.ts';
import type { Host } from '../plan/host.ts';
import { diskFault } from './disk-fault.ts';
import { AUTHORITIES } from './run-confined.ts';
import { makeWorkPlace, type WorkPlace } from './work-place.ts';

/** Where in a work place a package manager has what it sees as its state, and may write. */
export const treeOf = (manager: Manager): string => `servers/${manager}/tree`;

export type Manager = 'npm' | 'pip';

/**
 * Opens a work place for a package manager: with whom it is to trust, what it may write, and what `fill` puts there. It is
 * there until it is removed, or the next one is made after we were killed.
 */
export function openWorkPlaceFor(
  manager: Manager,
  { host, settings: { ca } }: { readonly host: Host; readonly settings: { readonly ca: string } },
  fill: (work: WorkPlace) => void,
): Decision<WorkPlace> {
  const { uid, gid } = credentialsOf(host);
  const account = uid === undefined || gid === undefined ? undefined : { uid, gid };
  try {
    // Started as root, it is another account, which may not enter root's home.
    const work = makeWorkPlace(account ? '/var/tmp' : `${host.directories.data}/store/work`, account);
    for (const name of ['servers', `servers/${manager}`]) work.enter(name);
    for (const name of [treeOf(manager), `servers/${manager}/cache`]) work.open(name);
    if (ca !== '') work.write(AUTHORITIES, ca);
    fill(work);
    return allow(work);
  } catch (error) {
    if (!isRefusedBySystem(error)) throw error;
    return deny(diskFault(manager, error, host));
  }
}
