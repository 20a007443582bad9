import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, warning, type Finding } from '../finding/finding.ts';
import { decidePinned } from '../locked.ts';
import { lockedPackage, manifestFor, type LockedPackage } from '../lock/lock.ts';
import { excludes } from '../lock/version-range.ts';
import { decidePin } from '../plan/decide-pin.ts';
import type { Host } from '../plan/host.ts';
import { programFile } from '../plan/program-file.ts';
import type { Layer, Policy } from '../policy/policy.ts';
import type { Situation } from '../state/situation.ts';
import { readLockFile } from '../state/lock-file.ts';
import { nodeFor } from '../store/find-node.ts';
import { notLocked, notLockedHere } from '../store/find-package.ts';
import { platformName, storeIn, type Store } from '../store/places.ts';
import { treeFinding } from '../store/tree-finding.ts';
import { verifyTree } from '../store/verify-tree.ts';
import { findKeptPython } from './check-lock-python.ts';
import { findTargets, type Target } from './lock-targets.ts';

/** Whether what these servers run is locked, in the store, and as it was; offline. Deep: by every file's content. */
export function checkLock({ policy, host }: Situation, servers: readonly string[], deep: boolean): Finding[] {
  const ids = new Set(policy.layers.flatMap((layer) => layer.servers.map(({ id }) => id)));
  const known = servers.filter((id) => ids.has(id));
  return [
    ...findTargets(policy, known).targets.flatMap((target) => checkTarget(target, host, deep)),
    ...policy.layers.flatMap((layer) => checkPrograms(layer, known, policy, host)),
  ];
}

/** Of those that could not be tried, too, for want of arguments. */
function checkPrograms(layer: Layer, known: readonly string[], policy: Policy, host: Host): Finding[] {
  return layer.servers.flatMap((server) => {
    if (!known.includes(server.id) || server.identity) return [];
    const program = programFile(server, layer, host);
    const pinned = program && decidePin({ server, layer }, program, policy, host, { pinned: decidePinned });
    return pinned?.allowed === false ? [...pinned.findings] : [];
  });
}

function checkTarget(target: Target, host: Situation['host'], deep: boolean): Finding[] {
  const { file, identity, servers } = target;
  const at = servers[0]?.command.at;
  const { uid } = host.account;
  const read = readLockFile(file, uid);
  if (!read.allowed) return [...read.findings];
  const locked = lockedPackage(read.granted, identity);
  if (!locked) return [notLocked(identity, file, servers[0]?.id ?? '', at)];
  const kept = target.kind === 'pypi' ? findKeptPython(target, locked, host) : findKept(target, locked, host);
  if (!kept.allowed) return [...kept.findings];
  const { store, manifest, absent, mismatch } = kept.granted;
  const verdict = verifyTree({ store, manifest, uid, deep });
  const fault = verdict.ok ? undefined : treeFinding(verdict.fault, identity, at);
  return [...absent, ...(fault ? [fault] : []), ...(mismatch ? [mismatch] : [])];
}

/** Where a package is kept that is locked, and what else is to be told of it. */
export interface Kept {
  readonly store: Store;
  readonly manifest: string;
  /** Programs that the policy names and it does not have. */
  readonly absent: readonly Finding[];
  /** What it says that it does not run on. */
  readonly mismatch: Finding | undefined;
}

function findKept(target: Target, locked: LockedPackage, host: Host): Decision<Kept> {
  const { identity, servers } = target;
  const at = servers[0]?.command.at;
  const manifest = manifestFor(locked, platformName());
  if (manifest === undefined) return deny(notLockedHere(identity, locked, servers[0]?.id ?? '', at));
  if (Object.keys(locked.bins).length === 0)
    return deny(refusal('package-refused', `\`${identity}\` has no program to run`, 'name a package that has one', at));
  const mismatch = findEngineMismatch(target, locked, host);
  return allow({ store: storeIn(host.directories), manifest, absent: [], mismatch });
}

/** Of Node.js. Told and no more: many packages say less than they run on. */
export function findEngineMismatch(
  { identity, layer, servers: [server] }: Target,
  { engines }: LockedPackage,
  host: Host,
): Finding | undefined {
  const at = server?.command.at;
  const node = at && nodeFor(engines, layer, host, at);
  if (engines === undefined || node?.version === undefined || !excludes(engines, node.version)) return undefined;
  return warning(
    'engine-mismatch',
    `\`${identity}\` says that it runs on Node.js ${engines}, and not on the one that would run it`,
    `that is ${node.version}, ${node.path}, for no other was found: install one that it runs on, or take another version of the package`,
    at,
  );
}
