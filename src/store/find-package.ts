import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { identityText, type Identity } from '../identity/identity.ts';
import { lockedPackage, type LockedBin, type LockedPackage } from '../lock/lock.ts';
import type { Host } from '../plan/host.ts';
import type { LockedTree } from '../plan/locked-tree.ts';
import type { Layer, ServerPolicy } from '../policy/policy.ts';
import { lockFileOf, readLockFile } from '../state/lock-file.ts';
import { platformName, type Store } from './places.ts';
import { pathOf } from './stat-manifest.ts';
import { treeFinding } from './tree-finding.ts';
import type { PlaceVerdict, TreeToVerify } from './verify-tree.ts';

/** How the tree of a start is looked at: whole, or only where it is. */
export type Verify = (asked: TreeToVerify) => PlaceVerdict;

/** What the lock beside a policy says of a package; offline. */
export function findPackage(
  identity: Identity,
  layer: Layer,
  host: Host,
  { id, command: { at } }: Pick<ServerPolicy, 'id' | 'command'>,
): Decision<LockedPackage> {
  const file = lockFileOf(layer);
  const lock = readLockFile(file, host.account.uid);
  if (!lock.allowed) return lock;
  const name = identityText(identity);
  const locked = lockedPackage(lock.granted, name);
  return locked ? allow(locked) : deny(notLocked(name, file, id, at));
}

/** The tree of a package in a store, with the program of it that is meant. */
export function findTree(
  identity: Identity,
  manifest: string,
  bin: LockedBin,
  store: Store,
  { account: { uid } }: Host,
  at: Place,
  verify: Verify,
): Decision<LockedTree> {
  const verdict = verify({ store, manifest, entry: bin, uid, deep: false });
  if (!verdict.ok) return deny(treeFinding(verdict.fault, identityText(identity), at));
  const { tree } = verdict;
  return allow({
    ...{ tree, manifest, stats: pathOf(store.stats, manifest) },
    ...{ entry: `${tree}/${bin.path}`, sha256: bin.sha256 },
  });
}

export function notLocked(identity: string, file: string, server: string, at: Place | undefined): Finding {
  return refusal('not-locked', `\`${identity}\` is not in ${file}`, `\`mcp-secure-run lock ${server}\``, at);
}

/** Locked it is, and not for what runs here. */
export function notLockedHere(
  identity: string,
  { manifests }: LockedPackage,
  server: string,
  at: Place | undefined,
  here = platformName(),
): Finding {
  const what = `\`${identity}\` is locked for ${Object.keys(manifests).join(', ')}, and this is ${here}`;
  return refusal('not-locked', what, `\`mcp-secure-run lock ${server}\` adds it`, at);
}

export function noBin(
  identity: Exclude<Identity, { kind: 'oci' }>,
  { bins }: LockedPackage,
  at: Place | undefined,
): Finding {
  const [name, [first]] = [identityText(identity), Object.keys(bins)];
  if (first === undefined)
    return refusal('package-refused', `\`${name}\` has no program to run`, 'name a package that has one', at);
  const what = identity.bin === undefined ? 'has no program of its own name' : `has no program \`${identity.bin}\``;
  return refusal('package-refused', `\`${name}\` ${what}`, `write one of its own: \`${name}#${first}\``, at);
}
