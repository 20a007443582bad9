export { enterSeeingTree } from './confine/enter-seeing-tree.ts';
import type { Finding } from './finding/finding.ts';
import { decideLocked as decide } from './plan/decide-locked.ts';
import type { Host } from './plan/host.ts';
import { decidePinned as decideProgram } from './plan/decide-pinned.ts';
import type { Engines } from './plan/matching.ts';
import type { Program } from './plan/plan.ts';
import { findLocked } from './store/find-locked.ts';
import { findPinned } from './store/find-pinned.ts';
import { storeIn } from './store/places.ts';
import { treeFinding } from './store/tree-finding.ts';
import { verifyPlace, verifyTree } from './store/verify-tree.ts';

/** From a policy's name of a package to the file of the store that runs, in a tree that is what its lock says. */
export const decideLocked: Engines['locked'] = (entry, identity, filled, policy, host) =>
  decide(entry, identity, filled, policy, host, findLocked(verifyTree));

/** The same for `run`, whose tree is compared while the sandbox is built, or by {@link seeTree}. */
export const decideUnseen: Engines['locked'] = (entry, identity, filled, policy, host) =>
  decide(entry, identity, filled, policy, host, findLocked(verifyPlace));

/** And for programs that nothing else holds: whether the lock does. */
export const decidePinned: Engines['pinned'] = (entry, file, policy, host) =>
  decideProgram(entry, file, policy, host, findPinned);

/** Why the package of a plan must not run. */
export function seeTree({ locked, real, sha256, because }: Program, host: Host): Finding | undefined {
  if (!locked) return undefined;
  const { manifest, tree, identity } = locked;
  const verdict = verifyTree({
    ...{ store: storeIn(host.directories), manifest, uid: host.account.uid, deep: false },
    entry: { path: real.slice(tree.length + 1), sha256: sha256 ?? '' },
  });
  return verdict.ok ? undefined : treeFinding(verdict.fault, identity, because.at);
}
