import { allow, type Decision } from '../finding/decision.ts';
import type { LockedPackage } from '../lock/lock.ts';
import type { Host } from '../plan/host.ts';
import type { Python } from '../plan/locate-python.ts';
import type { Egress } from '../policy/policy.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { installPython } from '../store/install-python.ts';
import { pipSettings } from '../store/pip-settings.ts';
import { pythonPlatform, pythonStoreIn } from '../store/places.ts';
import { openPipWorkPlace, type Pip } from '../store/run-pip.ts';
import { pythonMismatch } from './check-lock-python.ts';
import { inWorkPlace } from './in-work-place.ts';
import type { Locking } from './lock.ts';
import { lockBy } from './lock-target.ts';
import type { Target } from './lock-targets.ts';

/** What locking a package of PyPI takes. */
export interface PythonLocking extends Omit<Locking, 'npm'> {
  readonly host: Host;
  readonly egress: Egress | undefined;
}

/** Sees that one package of PyPI is locked and in the store. */
export async function lockByPip(target: Target, pip: Pip, locking: PythonLocking): Promise<LockOutcome> {
  const { host } = locking;
  return lockBy(target, host, {
    platform: pythonPlatform(pip.python),
    store: pythonStoreIn(host.directories),
    install: async (locked) => installByPip(target, locked, pip, locking),
    mismatch: (locked) => pythonMismatch(target.identity, locked, pip.python, target.servers[0]?.command.at),
  });
}

/** A pip for this Python, by the way that its configuration and a policy name. */
export function preparePip(
  python: Python,
  built: string,
  { host, egress, cleanup }: Pick<PythonLocking, 'host' | 'egress' | 'cleanup'>,
): Decision<Pip> {
  const settings = pipSettings(host, python.real, egress);
  if (!settings.allowed) return settings;
  return allow({ host, built, python, settings: settings.granted, onRunning: cleanup.ofRunning() });
}

/** Installs, saying so to who watches. */
export async function installByPip(
  { id, identity }: Target,
  locked: LockedPackage | undefined,
  pip: Pip,
  { cleanup, options, io }: PythonLocking,
): Promise<Decision<LockedPackage>> {
  if (options.isWatched) io.err(`installing ${identity} …\n`);
  const store = pythonStoreIn(pip.host.directories);
  return inWorkPlace(openPipWorkPlace(pip), cleanup, async (work) => installPython(id, locked, work, store, pip));
}
