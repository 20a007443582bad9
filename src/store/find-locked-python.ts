import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { identityText } from '../identity/identity.ts';
import { manifestFor, type LockedBin, type LockedPackage } from '../lock/lock.ts';
import { normalName } from '../lock/pypi-id.ts';
import type { FindLockedPython, PypiIdentity } from '../plan/decide-locked-python.ts';
import type { Host } from '../plan/host.ts';
import { locatePython, pythonName, type Python } from '../plan/locate-python.ts';
import { programPath } from '../plan/locate-command.ts';
import type { Layer } from '../policy/policy.ts';
import { findPackage, findTree, noBin, notLockedHere, type Verify } from './find-package.ts';
import { platformName, pythonPlatform, pythonStoreIn } from './places.ts';

/** What a start runs of a Python package: from the lock beside the policy, and the store, offline. */
export const findLockedPython =
  (verify: Verify): FindLockedPython =>
  (identity, layer, host, server) => {
    const { at } = server.command;
    const locked = findPackage(identity, layer, host, server);
    if (!locked.allowed) return locked;
    const found = treeForPython(identityText(identity), locked.granted, layer, host, server.id, at);
    if (!found.allowed) return found;
    const { python, manifest } = found.granted;
    const bin = pythonBinOf(locked.granted, identity);
    if (!bin) return deny(noBin(identity, locked.granted, at));
    const tree = findTree(identity, manifest, bin, pythonStoreIn(host.directories), host, at, verify);
    return tree.allowed ? allow({ ...tree.granted, python }) : tree;
  };

/** The tree that is locked for a Python that is here: `python3` if there is one for it, else the newest there is one for. */
export function treeForPython(
  name: string,
  locked: LockedPackage,
  layer: Pick<Layer, 'programPath'>,
  host: Host,
  server: string,
  at: Place | undefined,
): Decision<{ readonly python: Python; readonly manifest: string }> {
  const names = ['python3', ...tagsFor(locked).map(pythonName)];
  for (const one of names) {
    const python = locatePython(layer, host, [one]);
    const manifest = python && manifestFor(locked, pythonPlatform(python));
    if (python && manifest !== undefined) return allow({ python, manifest });
  }
  const here = locatePython(layer, host);
  return deny(here ? notLockedHere(name, locked, server, at, pythonPlatform(here)) : noPython(name, layer, host, at));
}

/** The Pythons that it is locked for on this platform, the newest first. */
function tagsFor({ manifests }: LockedPackage): string[] {
  const prefix = `${platformName()}-`;
  const tags = Object.keys(manifests).filter((one) => one.startsWith(`${prefix}cp`));
  const known = tags.map((one) => one.slice(prefix.length));
  return known.toSorted((a, b) => Number.parseInt(b.slice(3), 10) - Number.parseInt(a.slice(3), 10));
}

export function noPython(name: string, layer: Pick<Layer, 'programPath'>, host: Host, at: Place | undefined): Finding {
  return refusal(
    'program-missing',
    `\`${name}\` is run by \`python3\`, and no file of ${programPath(layer, host).join(', ')} leads to a \`python3.N\``,
    'install Python there, or add its directory to `programPath`; what a version manager puts on `PATH` only chooses one',
    at,
  );
}

/** Which of its programs is meant: the one that is named, else the one that is called as the package. */
export function pythonBinOf({ bins }: LockedPackage, { name, bin }: PypiIdentity): LockedBin | undefined {
  if (bin !== undefined) return Object.hasOwn(bins, bin) ? bins[bin] : undefined;
  const own = Object.keys(bins).find((one) => normalName(one) === name);
  return own === undefined ? undefined : bins[own];
}
