import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { isExactVersion, packageText, type PackageId } from '../lock/package-id.ts';
import { isRecord } from '../lock/package-lock.ts';
import { isIntegrity } from '../lock/read-lock.ts';
import { npmFault } from './npm-fault.ts';
import { runNpm, type Npm } from './run-npm.ts';
import type { WorkPlace } from './work-place.ts';

/** What a registry says of a version. */
export interface Told {
  readonly integrity: string;
  readonly engines?: string;
  readonly license?: string;
  /** The day it was published. */
  readonly published?: string;
}

/** Asks for one version. */
export async function askVersion(id: PackageId, work: WorkPlace, npm: Npm): Promise<Decision<Told>> {
  const answer = await view(`${id.name}@${id.version}`, packageText(id), work, npm);
  if (!answer.allowed) return answer;
  const { granted } = answer;
  const dist = isRecord(granted['dist']) ? granted['dist'] : {};
  const integrity = dist['integrity'];
  if (typeof integrity !== 'string' || !isIntegrity(integrity))
    return deny(
      refusal(
        'package-refused',
        `of \`${packageText(id)}\` the registry gives no \`sha512-…\`, so nothing tells whether it is the same tomorrow`,
        'take a version that was published since 2017, or another registry',
      ),
    );
  const engines = isRecord(granted['engines']) ? granted['engines']['node'] : undefined;
  const time = isRecord(granted['time']) ? granted['time'][id.version] : undefined;
  const published = typeof time === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(time)?.[0] : undefined;
  return allow({
    integrity,
    ...(isPlain(engines) && { engines }),
    ...(isPlain(granted['license']) && { license: granted['license'] }),
    ...(published !== undefined && { published }),
  });
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1024 && !/[\0-\x1f\x7f]/.test(value); // eslint-disable-line no-control-regex
}

export interface Published {
  readonly version: string;
  /** The day, where the registry tells it. */
  readonly published: string | undefined;
}

/** Asks for all versions of a package, and which of them a registry calls the latest. */
export async function askVersions(
  name: string,
  work: WorkPlace,
  npm: Npm,
): Promise<Decision<{ readonly latest: string | undefined; readonly versions: readonly Published[] }>> {
  const answer = await view(name, `npm:${name}`, work, npm);
  if (!answer.allowed) return answer;
  const { versions, time, 'dist-tags': tags } = answer.granted;
  const times = isRecord(time) ? time : {};
  const latest = isRecord(tags) ? tags['latest'] : undefined;
  const listed = (Array.isArray(versions) ? versions : [versions]).filter(
    (version): version is string => typeof version === 'string' && isExactVersion(version),
  );
  return allow({
    latest: typeof latest === 'string' && isExactVersion(latest) ? latest : undefined,
    versions: listed.map((version) => {
      const at = Object.hasOwn(times, version) ? times[version] : undefined;
      return { version, published: typeof at === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(at)?.[0] : undefined };
    }),
  });
}

async function view(
  spec: string,
  what: string,
  work: WorkPlace,
  npm: Npm,
): Promise<Decision<Readonly<Record<string, unknown>>>> {
  const run = await runNpm(['view', spec], work, npm);
  if (!run.allowed) return run;
  const answer = run.granted.code === 0 ? answerIn(run.granted.out) : undefined;
  return answer ? allow(answer) : deny(npmFault(run.granted, what, npm.settings));
}

/** Nothing where a registry has the package and not the version: npm says nothing then, and exits with 0 in some versions. */
function answerIn(out: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(out);
    const one: unknown = Array.isArray(parsed) ? parsed.at(-1) : parsed;
    return isRecord(one) ? one : undefined;
  } catch {
    return undefined; // said by who asks
  }
}
