import { decideLocked as decide } from './plan/decide-locked.ts';
import { decidePinned as decideProgram } from './plan/decide-pinned.ts';
import type { Engines } from './plan/matching.ts';
import { findLocked } from './store/find-locked.ts';
import { findPinned } from './store/find-pinned.ts';

/** What `run` loads for packages: from a policy's name of one to the file of the store that runs. */
export const decideLocked: Engines['locked'] = (entry, identity, filled, policy, host) =>
  decide(entry, identity, filled, policy, host, findLocked);

/** And for programs that nothing else holds: whether the lock does. */
export const decidePinned: Engines['pinned'] = (entry, file, policy, host) =>
  decideProgram(entry, file, policy, host, findPinned);
