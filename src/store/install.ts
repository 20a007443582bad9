import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { sha256 } from '../host/hash.ts';
import { credentialsOf } from '../host/machine.ts';
import { codeOf, isRefusedBySystem } from '../host/system-error.ts';
import type { LockedPackage } from '../lock/lock.ts';
import { manifestText } from '../lock/manifest.ts';
import { packageText, type PackageId } from '../lock/package-id.ts';
import { packageLockText, readPackageLock, type Installed } from '../lock/package-lock.ts';
import { askVersion, type Told } from './ask-registry.ts';
import { findBins } from './find-bins.ts';
import { npmFault } from './npm-fault.ts';
import { registriesOf, type NpmSettings } from './npm-settings.ts';
import { platformName, type Store } from './places.ts';
import { AUTHORITIES } from './run-confined.ts';
import { NO_NPMRC, NPMRC, runNpm, type Npm } from './run-npm.ts';
import { fillStore } from './fill-store.ts';
import { makeWorkPlace, type WorkPlace } from './work-place.ts';

/** Opens a work place for npm. It is there until it is removed, or the next one is made after we were killed. */
export function openWorkPlace(npm: Npm): Decision<WorkPlace> {
  try {
    return allow(layOut(npm));
  } catch (error) {
    if (!isRefusedBySystem(error)) throw error;
    return deny(diskFault('npm', error, npm));
  }
}

function layOut({ host, settings }: Npm): WorkPlace {
  const { uid, gid } = credentialsOf(host);
  const account = uid === undefined || gid === undefined ? undefined : { uid, gid };
  // Started as root, npm is another account, which may not enter root's home.
  const work = makeWorkPlace(account ? '/var/tmp' : `${host.directories.data}/store/work`, account);
  for (const name of ['servers', 'servers/npm']) work.enter(name);
  for (const name of ['tree', 'cache']) work.open(`servers/npm/${name}`);
  if (settings.ca !== '') work.write(AUTHORITIES, settings.ca);
  const authorities = settings.replacesAuthorities ? `cafile=${work.path}/${AUTHORITIES}\n` : '';
  work.write(`${TREE}/${NPMRC}`, authorities);
  work.write(`${TREE}/${NO_NPMRC}`, '');
  return work;
}

/** What npm sees as its prefix. */
const TREE = 'servers/npm/tree';

/**
 * Installs a package into the store, and tells what a lock is to say of it. Of one that is locked already, exactly the
 * tree that is locked, or nothing. `work` is used once.
 */
export async function installPackage(
  id: PackageId,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  store: Store,
  npm: Npm,
): Promise<Decision<LockedPackage>> {
  try {
    const told = await askVersion(id, work, npm);
    if (!told.allowed) return told;
    const installed = await runInstall(id, locked, work, npm);
    if (!installed.allowed) return installed;
    const fault = findDifference(id, told.granted, installed.granted, locked);
    return fault ? deny(fault) : await record(id, told.granted, installed.granted, locked, work, store, npm);
  } catch (error) {
    if (!isRefusedBySystem(error)) throw error;
    return deny(diskFault(packageText(id), error, npm));
  }
}

async function runInstall(
  { name, version }: PackageId,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  npm: Npm,
): Promise<Decision<Installed>> {
  const what = packageText({ name, version });
  const about = { name: 'tree', version: '0.0.0', private: true, dependencies: { [name]: version } };
  work.write(`${TREE}/package.json`, JSON.stringify(about));
  if (locked) work.write(`${TREE}/package-lock.json`, packageLockText(locked.dependencies));
  const run = await runNpm(['install'], work, npm);
  if (!run.allowed) return run;
  if (run.granted.code !== 0) return deny(npmFault(run.granted, what, npm.settings));
  const path = `${work.path}/${TREE}/package-lock.json`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const installed = readPackageLock(text, (address) =>
    // What is locked is told by its hash, wherever it came from, and is compared by it.
    address === undefined ? locked !== undefined : isOfRegistry(address, npm.settings),
  );
  return 'fault' in installed
    ? deny(
        refusal(
          'package-refused',
          `\`${what}\` ${installed.fault}`,
          'take a version whose packages all come from a registry, with their hashes',
        ),
      )
    : allow(installed);
}

/** Below the address of a registry, on its host; npm turns its public one's tarballs to a mirror that takes its place. */
function isOfRegistry(address: string, settings: NpmSettings): boolean {
  if (!URL.canParse(address)) return false;
  const { host, protocol } = new URL(address);
  return registriesOf(settings).some((registry) => {
    const own = new URL(registry);
    return own.host === host && own.protocol === protocol;
  });
}

/** Between what the registry says, what npm installed, and what is locked, nothing may differ. */
function findDifference(
  id: PackageId,
  told: Told,
  { dependencies }: Installed,
  locked: LockedPackage | undefined,
): Finding | undefined {
  const what = packageText(id);
  const own = dependencies[`node_modules/${id.name}`];
  if (own?.integrity !== told.integrity || own.version !== id.version)
    return refusal(
      'package-refused',
      `\`${what}\` has another hash in the registry than what npm installed`,
      'try it again; if it comes back, tell whoever keeps the registry',
    );
  if (locked && locked.integrity !== told.integrity)
    return refusal(
      'package-refused',
      `\`${what}\` is not the package that is locked: the registry has another one under this version`,
      'do not run it; ask its author. A version is never published twice',
    );
  const other =
    locked &&
    [...new Set([...Object.keys(dependencies), ...Object.keys(locked.dependencies)])].find(
      (path) =>
        dependencies[path]?.integrity !== locked.dependencies[path]?.integrity ||
        dependencies[path]?.version !== locked.dependencies[path]?.version,
    );
  if (other === undefined) return undefined;
  return refusal(
    'package-refused',
    `\`${what}\` came with another \`${other}\` than is locked`,
    `\`mcp-secure-run lock --update\` shows what a new version brings; to lock this one anew, remove its entry from the lock`,
  );
}

async function record(
  id: PackageId,
  told: Told,
  { dependencies, scripts }: Installed,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  store: Store,
  npm: Npm,
): Promise<Decision<LockedPackage>> {
  const what = packageText(id);
  const { host } = npm;
  const filled = fillStore(`${work.path}/${TREE}`, store, host.account.uid);
  if ('fault' in filled)
    return deny(refusal('package-refused', `\`${what}\` ${filled.fault}`, 'take another version of it'));
  const { items, tree } = filled;
  const bins = findBins(id.name, items, tree);
  if ('fault' in bins)
    return deny(
      refusal('package-refused', `\`${what}\` ${bins.fault}`, 'it is no program: name a package that has one'),
    );
  const manifest = sha256(manifestText(items));
  const before = locked?.manifests[platformName()];
  const isOther = locked !== undefined && !isDeepStrictEqual(bins.bins, locked.bins);
  if (isOther || (before !== undefined && before !== manifest))
    return deny(
      refusal(
        'package-refused',
        `the files of \`${what}\` are not those that are locked, though its packages are`,
        'see which npm made them: its version, or what it was told, is another one',
      ),
    );
  return allow({
    ...told,
    manifests: { ...locked?.manifests, [platformName()]: manifest },
    bins: bins.bins,
    scripts,
    dependencies,
  });
}

/** What the system refused while the tree was being taken. */
export function diskFault(what: string, error: Error, { host }: Pick<Npm, 'host'>): Finding {
  const code = codeOf(error);
  const { data } = host.directories;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return refusal(
      'lock-failed',
      `there is no room on the disk for \`${what}\``,
      `\`df ${data}\` shows how full it is`,
    );
  return refusal('lock-failed', `\`${what}\` cannot be put into ${data} (${code})`, `\`namei -l ${data}\``);
}
