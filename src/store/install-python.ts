import { readFileSync } from 'node:fs';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { PACKAGES, PROGRAMS } from '../lock/entry-points.ts';
import type { LockedDependency, LockedPackage } from '../lock/lock.ts';
import type { PackageId } from '../lock/package-id.ts';
import { constraintsText, readPipReport, requirementsText, type Resolved } from '../lock/pip-report.ts';
import { pypiText } from '../lock/pypi-id.ts';
import { makePrograms } from './console-scripts.ts';
import { fillStore } from './fill-store.ts';
import { askIndex } from './ask-index.ts';
import { orDiskFault } from './disk-fault.ts';
import { pipFault } from './pip-fault.ts';
import { TREE } from './pip-driver.ts';
import { pythonPlatform, type Store } from './places.ts';
import { recordTree } from './record-tree.ts';
import { isFromOneOf } from './registry-addresses.ts';
import { PIP_TREE, runPip, type Pip } from './run-pip.ts';
import type { WorkPlace } from './work-place.ts';

/**
 * Installs a Python package into the store, and tells what a lock is to say of it. Of one that is locked for this platform
 * already, exactly the tree that is locked, or nothing; where it is locked for others, the same versions. `work` is used once.
 */
export async function installPython(
  id: PackageId,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  store: Store,
  pip: Pip,
): Promise<Decision<LockedPackage>> {
  return orDiskFault(pypiText(id), pip.host, async () => {
    const resolved = await resolveWheels(id, locked, work, pip);
    if (!resolved.allowed) return resolved;
    const installed = await installWheels(id, resolved.granted.dependencies, work, pip);
    if (!installed.allowed) return installed;
    const published = locked ? undefined : await askDay(id, resolved.granted, work, pip);
    const told = { ...resolved.granted, ...(published !== undefined && { published }) };
    return record(id, told, locked, work, store, pip);
  });
}

/** Which wheels: what is locked for this platform, or what pip finds. */
async function resolveWheels(
  id: PackageId,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  pip: Pip,
): Promise<Decision<Resolved>> {
  const what = pypiText(id);
  const platform = pythonPlatform(pip.python);
  if (locked && Object.hasOwn(locked.manifests, platform)) {
    const own = Object.entries(locked.dependencies).filter(([, { platforms }]) => platforms?.includes(platform));
    return allow({ dependencies: Object.fromEntries(own) });
  }
  const words = ['install', '--quiet', '--dry-run', '--ignore-installed', `--target=${TREE}/${PACKAGES}`, '--report=-'];
  if (locked) {
    work.write(`${PIP_TREE}/constraints.txt`, constraintsText(locked.dependencies));
    words.push(`--constraint=${TREE}/constraints.txt`);
  }
  const run = await runPip([...words, `${id.name}==${id.version}`], work, pip);
  if (!run.allowed) return run;
  if (run.granted.code !== 0) return deny(pipFault(run.granted, readLog(work), what, pip.python, pip.settings));
  const resolved = readPipReport(run.granted.out, id, (address) =>
    isFromOneOf([pip.settings.index, ...pip.settings.files], address),
  );
  if ('fault' in resolved) return deny(refusal('package-refused', `\`${what}\` ${resolved.fault}`, HINT));
  const other = Object.entries(resolved.dependencies).find(
    ([file, { integrity }]) => (locked?.dependencies[file]?.integrity ?? integrity) !== integrity,
  );
  return other ? deny(otherWheel(what, other[0])) : allow(resolved);
}

const HINT = 'take a version that comes, with all that it depends on, as wheels of the one index';

function otherWheel(what: string, file: string) {
  return refusal(
    'package-refused',
    `\`${what}\` came with another \`${file}\` than is locked: the index has another file under this name`,
    'do not run it; tell whoever keeps the index. A file of an index never changes',
  );
}

/** Exactly these files, each compared with its hash by pip before it is opened. */
async function installWheels(
  id: PackageId,
  dependencies: Readonly<Record<string, LockedDependency>>,
  work: WorkPlace,
  pip: Pip,
): Promise<Decision<undefined>> {
  work.write(`${PIP_TREE}/requirements.txt`, requirementsText(dependencies));
  const words = ['install', '--quiet', '--no-deps', '--require-hashes', `--target=${TREE}/${PACKAGES}`];
  const run = await runPip([...words, `--requirement=${TREE}/requirements.txt`], work, pip);
  if (!run.allowed) return run;
  return run.granted.code === 0
    ? allow(undefined)
    : deny(pipFault(run.granted, readLog(work), pypiText(id), pip.python, pip.settings));
}

/** What pip passed over, and why: it is said nowhere else. */
function readLog(work: WorkPlace): string {
  try {
    return readFileSync(`${work.path}/${PIP_TREE}/log`, 'utf8');
  } catch {
    return ''; // it ended before it had one
  }
}

/** Of the wheel of the package itself. An index need not tell it. */
async function askDay({ name }: PackageId, { dependencies }: Resolved, work: WorkPlace, pip: Pip) {
  const asked = await askIndex(name, work, pip);
  return asked.allowed ? asked.granted.find(({ file }) => dependencies[file]?.name === name)?.published : undefined;
}

function record(
  id: PackageId,
  { dependencies, ...told }: Resolved & Pick<LockedPackage, 'published'>,
  locked: LockedPackage | undefined,
  work: WorkPlace,
  store: Store,
  pip: Pip,
): Decision<LockedPackage> {
  const what = pypiText(id);
  const refused = (fault: string, hint: string) => deny(refusal('package-refused', `\`${what}\` ${fault}`, hint));
  const programs = makePrograms(id, `${work.path}/${PIP_TREE}`);
  if ('fault' in programs)
    return refused(programs.fault, 'name a package that has a program, in its `console_scripts`');
  const filled = fillStore(`${work.path}/${PIP_TREE}`, store, pip.host.account.uid, [PROGRAMS, PACKAGES]);
  if ('fault' in filled) return refused(filled.fault, 'take another version of it');
  const platform = pythonPlatform(pip.python);
  const of = { parts: 'wheels', hint: 'see which pip made them: its version is another one' };
  const recorded = recordTree({ what, items: filled.items, bins: programs.bins, platform, of }, locked);
  if (!recorded.allowed) return recorded;
  return allow({
    ...(locked ?? { ...told, scripts: [] }),
    ...recorded.granted,
    dependencies: { ...locked?.dependencies, ...onPlatform(dependencies, platform, locked) },
  });
}

function onPlatform(
  dependencies: Readonly<Record<string, LockedDependency>>,
  platform: string,
  locked: LockedPackage | undefined,
): Record<string, LockedDependency> {
  const all = Object.entries(dependencies).map(([file, wheel]) => {
    const platforms = new Set([...(locked?.dependencies[file]?.platforms ?? []), platform]);
    return [file, { ...wheel, platforms: [...platforms].toSorted() }] as const;
  });
  return Object.fromEntries(all);
}
