export { enterSeeingTree } from './confine/enter-seeing-tree.ts';
import type { Finding } from './finding/finding.ts';
import { decideLocked as decide } from './plan/decide-locked.ts';
import { decideLockedPython } from './plan/decide-locked-python.ts';
import type { Host } from './plan/host.ts';
import { decidePinned as decideProgram } from './plan/decide-pinned.ts';
import type { Engines } from './plan/matching.ts';
import type { Program } from './plan/plan.ts';
import { findLocked } from './store/find-locked.ts';
import { findLockedPython } from './store/find-locked-python.ts';
import { findPinned } from './store/find-pinned.ts';
import { storeOf } from './store/places.ts';
import { treeFinding } from './store/tree-finding.ts';
import { verifyPlace, verifyTree, type PlaceVerdict, type TreeToVerify } from './store/verify-tree.ts';

/** From a policy's name of a package to the file of the store that runs, in a tree that is what its lock says. */
export const decideLocked = decideBy(verifyTree);

/** The same for `run`, whose tree is compared while the sandbox is built, or by {@link seeTree}. */
export const decideUnseen = decideBy(verifyPlace);

function decideBy(verify: (asked: TreeToVerify) => PlaceVerdict): Engines['locked'] {
  return (entry, identity, filled, policy, host) =>
    identity.kind === 'npm'
      ? decide(entry, identity, filled, policy, host, findLocked(verify))
      : decideLockedPython(entry, identity, filled, policy, host, findLockedPython(verify));
}

/** And for programs that nothing else holds: whether the lock does. */
export const decidePinned: Engines['pinned'] = (entry, file, policy, host) =>
  decideProgram(entry, file, policy, host, findPinned);

/** Why the package of a plan must not run. */
export function seeTree({ locked, real, sha256, because }: Program, host: Host): Finding | undefined {
  if (!locked) return undefined;
  const { manifest, tree, identity } = locked;
  const verdict = verifyTree({
    ...{ store: storeOf(locked), manifest, uid: host.account.uid, deep: false },
    entry: { path: real.slice(tree.length + 1), sha256: sha256 ?? '' },
  });
  return verdict.ok ? undefined : treeFinding(verdict.fault, identity, because.at);
}
