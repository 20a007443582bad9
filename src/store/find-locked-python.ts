import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { identityText } from '../identity/identity.ts';
import { lockedPackage, manifestFor, type LockedBin, type LockedPackage } from '../lock/lock.ts';
import { normalName } from '../lock/pypi-id.ts';
import type { FindLockedPython, PypiIdentity } from '../plan/decide-locked-python.ts';
import type { Host } from '../plan/host.ts';
import { locatePython, pythonName, type Python } from '../plan/locate-python.ts';
import { programPath } from '../plan/locate-command.ts';
import type { Layer } from '../policy/policy.ts';
import { lockFileOf, readLockFile } from '../state/lock-file.ts';
import { platformName, pythonStoreIn } from './places.ts';
import { treeFinding } from './tree-finding.ts';
import { pathOf } from './stat-manifest.ts';
import type { PlaceVerdict, TreeToVerify } from './verify-tree.ts';

/** What a start runs of a Python package: from the lock beside the policy, and the store, offline. */
export const findLockedPython =
  (verify: (asked: TreeToVerify) => PlaceVerdict): FindLockedPython =>
  (identity, layer, host, { id, command: { at } }) => {
    const file = lockFileOf(layer);
    const { uid } = host.account;
    const lock = readLockFile(file, uid);
    if (!lock.allowed) return lock;
    const name = identityText(identity);
    const locked = lockedPackage(lock.granted, name);
    if (!locked)
      return deny(refusal('not-locked', `\`${name}\` is not in ${file}`, `\`mcp-secure-run lock ${id}\``, at));
    const found = treeForPython(name, locked, layer, host, id, at);
    if (!found.allowed) return found;
    const { python, manifest } = found.granted;
    const bin = pythonBinOf(locked, identity);
    if (!bin) return deny(noPythonBin(identity, locked, at));
    const store = pythonStoreIn(host.directories);
    const verdict = verify({ store, manifest, entry: bin, uid, deep: false });
    if (!verdict.ok) return deny(treeFinding(verdict.fault, name, at));
    const { tree } = verdict;
    const stats = pathOf(store.stats, manifest);
    return allow({ tree, manifest, stats, entry: `${tree}/${bin.path}`, sha256: bin.sha256, python });
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
    const manifest = python && manifestFor(locked, `${platformName()}-${python.tag}`);
    if (python && manifest !== undefined) return allow({ python, manifest });
  }
  return deny(noTree(name, locked, layer, host, server, at));
}

/** The Pythons that it is locked for on this platform, the newest first. */
function tagsFor({ manifests }: LockedPackage): string[] {
  const prefix = `${platformName()}-`;
  const tags = Object.keys(manifests).filter((one) => one.startsWith(`${prefix}cp`));
  const known = tags.map((one) => one.slice(prefix.length));
  return known.toSorted((a, b) => Number.parseInt(b.slice(3), 10) - Number.parseInt(a.slice(3), 10));
}

function noTree(
  name: string,
  locked: LockedPackage,
  layer: Pick<Layer, 'programPath'>,
  host: Host,
  server: string,
  at: Place | undefined,
): Finding {
  const python = locatePython(layer, host);
  const known = Object.keys(locked.manifests).join(', ');
  if (python) {
    const what = `\`${name}\` is locked for ${known}, and this is ${platformName()}-${python.tag}`;
    return refusal('not-locked', what, `\`mcp-secure-run lock ${server}\` adds it`, at);
  }
  return noPython(name, layer, host, at);
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

export function noPythonBin(identity: PypiIdentity, { bins }: LockedPackage, at: Place): Finding {
  const [name, [first = '']] = [identityText(identity), Object.keys(bins)];
  const what = identity.bin === undefined ? 'has no program of its own name' : `has no program \`${identity.bin}\``;
  return refusal('package-refused', `\`${name}\` ${what}`, `write one of its own: \`${name}#${first}\``, at);
}
