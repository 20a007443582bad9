import { existsSync, readFileSync } from 'node:fs';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { LockedPackage } from '../lock/lock.ts';
import { packageText, type PackageId } from '../lock/package-id.ts';
import { packageLockText, readPackageLock, type Installed } from '../lock/package-lock.ts';
import { askVersion, type Told } from './ask-registry.ts';
import { orDiskFault } from './disk-fault.ts';
import { findBins } from './find-bins.ts';
import { npmFault } from './npm-fault.ts';
import { registriesOf } from './npm-settings.ts';
import { platformName, type Store } from './places.ts';
import { recordTree } from './record-tree.ts';
import { isFromOneOf } from './registry-addresses.ts';
import { NPM_TREE, runNpm, type Npm } from './run-npm.ts';
import { fillStore } from './fill-store.ts';
import { type WorkPlace } from './work-place.ts';

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
  return orDiskFault(packageText(id), npm.host, async () => {
    const told = await askVersion(id, work, npm);
    if (!told.allowed) return told;
    const installed = await runInstall(id, locked, work, npm);
    if (!installed.allowed) return installed;
    const fault = findDifference(id, told.granted, installed.granted, locked);
    return fault ? deny(fault) : record(id, told.granted, installed.granted, locked, work, store, npm);
  });
}

async function runInstall(
  { name, version }: PackageId,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  npm: Npm,
): Promise<Decision<Installed>> {
  const what = packageText({ name, version });
  const about = { name: 'tree', version: '0.0.0', private: true, dependencies: { [name]: version } };
  work.write(`${NPM_TREE}/package.json`, JSON.stringify(about));
  if (locked) work.write(`${NPM_TREE}/package-lock.json`, packageLockText(locked.dependencies));
  const run = await runNpm(['install'], work, npm);
  if (!run.allowed) return run;
  if (run.granted.code !== 0) return deny(npmFault(run.granted, what, npm.settings));
  const path = `${work.path}/${NPM_TREE}/package-lock.json`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const installed = readPackageLock(text, (address) =>
    // What is locked is told by its hash, wherever it came from, and is compared by it.
    address === undefined ? locked !== undefined : isFromOneOf(registriesOf(npm.settings), address),
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

function record(
  id: PackageId,
  told: Told,
  { dependencies, scripts }: Installed,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  store: Store,
  { host }: Npm,
): Decision<LockedPackage> {
  const what = packageText(id);
  const filled = fillStore(`${work.path}/${NPM_TREE}`, store, host.account.uid);
  if ('fault' in filled)
    return deny(refusal('package-refused', `\`${what}\` ${filled.fault}`, 'take another version of it'));
  const { items, tree } = filled;
  const bins = findBins(id.name, items, tree);
  if ('fault' in bins)
    return deny(
      refusal('package-refused', `\`${what}\` ${bins.fault}`, 'it is no program: name a package that has one'),
    );
  const of = {
    parts: 'packages',
    hint: 'see which npm made them: its version, or what it was told, is another one',
  };
  const recorded = recordTree({ what, items, bins: bins.bins, platform: platformName(), of }, locked);
  return recorded.allowed ? allow({ ...told, ...recorded.granted, scripts, dependencies }) : recorded;
}
