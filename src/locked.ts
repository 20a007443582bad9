import { decideLocked as decide } from './plan/decide-locked.ts';
import { decideLockedPython } from './plan/decide-locked-python.ts';
import type { Engines } from './plan/matching.ts';
import { findLocked } from './store/find-locked.ts';
import { findLockedPython } from './store/find-locked-python.ts';

/** What `run` loads for packages: from a policy's name of one to the file of the store that runs. */
export const decideLocked: Engines['locked'] = (entry, identity, filled, policy, host) =>
  identity.kind === 'npm'
    ? decide(entry, identity, filled, policy, host, findLocked)
    : decideLockedPython(entry, identity, filled, policy, host, findLockedPython);
