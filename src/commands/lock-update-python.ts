import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { newerVersion, type Published } from '../lock/choose-version.ts';
import { diffLocked, type Side } from '../lock/diff.ts';
import type { PackageId } from '../lock/package-id.ts';
import { pypiText } from '../lock/pypi-id.ts';
import { versionsIn } from '../lock/simple-index.ts';
import { PYPI_VERSIONS } from '../lock/version-scheme.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { askIndex } from '../store/ask-index.ts';
import { pythonPlatform } from '../store/places.ts';
import { openPipWorkPlace, type Pip } from '../store/run-pip.ts';
import { pythonMismatch } from './check-lock-python.ts';
import { inWorkPlace } from './in-work-place.ts';
import { installByPip, lockByPip, type PythonLocking } from './lock-by-pip.ts';
import type { Target } from './lock-targets.ts';
import { updateBy } from './lock-update.ts';

/** Looks for a newer version of a package of PyPI, as of one of npm. */
export async function updatePythonTarget(target: Target, pip: Pip, locking: PythonLocking): Promise<LockOutcome> {
  const { surveyed, options, io, cleanup, host } = locking;
  const platform = pythonPlatform(pip.python);
  return updateBy(target, {
    ...{ surveyed, options, io, uid: host.account.uid },
    lock: async (one) => lockByPip(one, pip, locking),
    findNewer: async (id, when) => {
      const wheels = await inWorkPlace(openPipWorkPlace(pip), cleanup, async (work) => askIndex(id.name, work, pip));
      return wheels.allowed ? findNewer(id, versionsIn(wheels.granted), when, pip) : wheels;
    },
    install: async (one, locked) => installByPip(one, locked, pip, locking),
    mismatch: (one, locked) => pythonMismatch(one.identity, locked, pip.python, one.servers[0]?.command.at),
    diff: (before, after, today) =>
      diffLocked(onPlatform(before, platform), onPlatform(after, platform), today, PYPI_VERSIONS),
  });
}

/** Of what no day is known, nothing is said but that: it may have been put there a minute ago. */
function findNewer(
  { name, version }: PackageId,
  versions: readonly Published[],
  when: { readonly isNamed: boolean; readonly today: string },
  { settings }: Pip,
): Decision<Published | undefined> {
  const all = { tags: {}, versions };
  const newer = newerVersion(all, version, when, PYPI_VERSIONS);
  const newest = newerVersion(all, version, { ...when, isNamed: true }, PYPI_VERSIONS);
  if (newer || !newest || newest.published !== undefined) return allow(newer);
  return deny(
    refusal(
      'lock-failed',
      `${settings.index} does not say when \`${pypiText({ name, version: newest.version })}\` was published (\`upload-time\`, PEP 700), so nothing tells whether it is a week old`,
      'to take it all the same, name its server: `mcp-secure-run lock SERVER --update`',
    ),
  );
}

/** A lock has the wheels of all platforms, and a new version those of this one. */
function onPlatform({ id, locked }: Side, platform: string): Side {
  const own = Object.entries(locked.dependencies).filter(([, { platforms }]) => platforms?.includes(platform));
  return { id, locked: { ...locked, dependencies: Object.fromEntries(own) } };
}
