import { allow, deny, type Decision } from '../finding/decision.ts';
import { warning } from '../finding/finding.ts';
import type { LockedPackage } from '../lock/lock.ts';
import type { Host } from '../plan/host.ts';
import { locatePython } from '../plan/locate-python.ts';
import type { Egress } from '../policy/policy.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { noPython } from '../store/find-locked-python.ts';
import { installPython } from '../store/install-python.ts';
import { pipSettings } from '../store/pip-settings.ts';
import { pythonPlatform, pythonStoreIn } from '../store/places.ts';
import { openPipWorkPlace, type Pip } from '../store/run-pip.ts';
import { pythonMismatch } from './check-lock-python.ts';
import { inWorkPlace } from './in-work-place.ts';
import type { Locking } from './lock.ts';
import { failed, lockBy } from './lock-target.ts';
import type { Target } from './lock-targets.ts';

/** What locking a package of PyPI takes. */
export interface PythonLocking extends Pick<Locking, 'cleanup' | 'options' | 'io'> {
  readonly host: Host;
  readonly egress: Egress | undefined;
}

/** Sees that one package of PyPI is locked and in the store, by pip of the Python that is to run it. */
export async function lockPythonTarget(target: Target, locking: PythonLocking): Promise<LockOutcome> {
  const { host } = locking;
  const { identity, servers } = target;
  const pip = preparePip(target, locking);
  if (!pip.allowed) return failed(target, pip.findings);
  const { python } = pip.granted;
  const outcome = await lockBy(target, host, {
    platform: pythonPlatform(python),
    store: pythonStoreIn(host.directories),
    install: async (locked) => install(target, locked, pip.granted, locking),
    mismatch: (locked) => pythonMismatch(identity, locked, python, servers[0]?.command.at),
  });
  if (!locking.options.update || outcome.outcome === 'failed') return outcome;
  return { ...outcome, findings: [...outcome.findings, notLookedUp(target)] };
}

/** `python3` of `programPath`, else of the system: the one that `run` takes first. */
function preparePip(
  { identity, layer, servers }: Target,
  { host, egress, cleanup, options }: PythonLocking,
): Decision<Pip> {
  const python = locatePython(layer, host);
  if (!python) return deny(noPython(identity, layer, host, servers[0]?.command.at));
  const settings = pipSettings(host, python.real, egress);
  if (!settings.allowed) return settings;
  return allow({
    ...{ host, built: options.built, python },
    settings: settings.granted,
    onRunning: cleanup.ofRunning(),
  });
}

async function install(
  { id, identity }: Target,
  locked: LockedPackage | undefined,
  pip: Pip,
  { cleanup, options, io }: PythonLocking,
): Promise<Decision<LockedPackage>> {
  if (options.isWatched) io.err(`installing ${identity} …\n`);
  const store = pythonStoreIn(pip.host.directories);
  return inWorkPlace(openPipWorkPlace(pip), cleanup, async (work) => installPython(id, locked, work, store, pip));
}

function notLookedUp({ identity, servers }: Target) {
  const what = `newer versions of \`${identity}\` are not looked up by this version: \`--update\` knows those of npm`;
  const hint = 'write the version that you want into the policy, then `mcp-secure-run lock`';
  return warning('not-enforced-yet', what, hint, servers[0]?.command.at);
}
