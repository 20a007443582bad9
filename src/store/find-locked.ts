import { allow, deny } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { identityText } from '../identity/identity.ts';
import { binOf, lockedPackage, manifestFor, type LockedPackage } from '../lock/lock.ts';
import type { FindLocked, NpmIdentity } from '../plan/decide-locked.ts';
import { lockFileOf, readLockFile } from '../state/lock-file.ts';
import { nodeFor } from './find-node.ts';
import { platformName, storeIn } from './places.ts';
import { treeFinding } from './tree-finding.ts';
import { pathOf } from './stat-manifest.ts';
import type { PlaceVerdict, TreeToVerify } from './verify-tree.ts';

/** What a start runs of a package: from the lock beside the policy, and the store, offline. */
export const findLocked =
  (verify: (asked: TreeToVerify) => PlaceVerdict): FindLocked =>
  (identity, layer, host, { id, command: { at } }) => {
    const file = lockFileOf(layer);
    const { uid } = host.account;
    const lock = readLockFile(file, uid);
    if (!lock.allowed) return lock;
    const name = identityText(identity);
    const locked = lockedPackage(lock.granted, name);
    const manifest = locked && manifestFor(locked, platformName());
    if (!locked || manifest === undefined) return deny(notLocked(name, file, locked, id, at));
    const bin = binOf(locked, identity.name, identity.bin);
    if (!bin) return deny(noBin(identity, locked, at));

    const store = storeIn(host.directories);
    const verdict = verify({ store, manifest, entry: bin, uid, deep: false });
    if (!verdict.ok) return deny(treeFinding(verdict.fault, name, at));
    const node = layer.programPath ? undefined : nodeFor(locked.engines, layer, host, at)?.path;
    const { tree } = verdict;
    return allow({
      ...{ tree, manifest, stats: pathOf(store.stats, manifest) },
      ...{ entry: `${tree}/${bin.path}`, sha256: bin.sha256, ...(node !== undefined && { node }) },
    });
  };

function notLocked(name: string, file: string, locked: LockedPackage | undefined, server: string, at: Place): Finding {
  if (!locked) return refusal('not-locked', `\`${name}\` is not in ${file}`, `\`mcp-secure-run lock ${server}\``, at);
  const what = `is locked for ${Object.keys(locked.manifests).join(', ')}, and this is ${platformName()}`;
  return refusal('not-locked', `\`${name}\` ${what}`, `\`mcp-secure-run lock ${server}\` adds it`, at);
}

function noBin({ bin, ...identity }: NpmIdentity, { bins }: LockedPackage, at: Place): Finding {
  const names = Object.keys(bins);
  const [first = ''] = names;
  if (names.length === 0)
    return refusal(
      'package-refused',
      `\`${identityText(identity)}\` has no program to run`,
      'name a package that has one',
      at,
    );
  const what = bin === undefined ? 'has no program of its own name' : `has no program \`${bin}\``;
  return refusal(
    'package-refused',
    `\`${identityText(identity)}\` ${what}`,
    `write one of its own: \`${identityText(identity)}#${first}\``,
    at,
  );
}
