import { allow, deny } from '../finding/decision.ts';
import { identityText } from '../identity/identity.ts';
import { binOf, manifestFor } from '../lock/lock.ts';
import type { FindLocked } from '../plan/decide-locked.ts';
import { nodeFor } from './find-node.ts';
import { findPackage, findTree, noBin, notLockedHere, type Verify } from './find-package.ts';
import { platformName, storeIn } from './places.ts';

/** What a start runs of a package: from the lock beside the policy, and the store, offline. */
export const findLocked =
  (verify: Verify): FindLocked =>
  (identity, layer, host, server) => {
    const { at } = server.command;
    const found = findPackage(identity, layer, host, server);
    if (!found.allowed) return found;
    const locked = found.granted;
    const manifest = manifestFor(locked, platformName());
    if (manifest === undefined) return deny(notLockedHere(identityText(identity), locked, server.id, at));
    const bin = binOf(locked, identity.name, identity.bin);
    if (!bin) return deny(noBin(identity, locked, at));
    const tree = findTree(identity, manifest, bin, storeIn(host.directories), host, at, verify);
    if (!tree.allowed) return tree;
    const node = layer.programPath ? undefined : nodeFor(locked.engines, layer, host, at)?.path;
    return allow({ ...tree.granted, ...(node !== undefined && { node }) });
  };
