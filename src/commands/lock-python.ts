import { locatePython } from '../plan/locate-python.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { noPython } from '../store/find-locked-python.ts';
import { lockByPip, preparePip, type PythonLocking } from './lock-by-pip.ts';
import { failed } from './lock-target.ts';
import type { Target } from './lock-targets.ts';
import { updatePythonTarget } from './lock-update-python.ts';

/** Sees that one package of PyPI is locked and in the store, by pip of the Python that is to run it. */
export async function lockPythonTarget(target: Target, locking: PythonLocking): Promise<LockOutcome> {
  const { identity, layer, servers } = target;
  const at = servers[0]?.command.at;
  const python = locatePython(layer, locking.host);
  if (!python) return failed(target, [noPython(identity, layer, locking.host, at)]);
  const pip = preparePip(python, locking.options.built, locking);
  if (!pip.allowed) return failed(target, pip.findings);
  return locking.options.update
    ? updatePythonTarget(target, pip.granted, locking)
    : lockByPip(target, pip.granted, locking);
}
