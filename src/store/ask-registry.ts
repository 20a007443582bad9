import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import type { Versions } from '../lock/choose-version.ts';
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

/** Asks for all versions of a package, and the names that the registry has for some. */
export async function askVersions(name: string, work: WorkPlace, npm: Npm): Promise<Decision<Versions>> {
  const answer = await view(name, `npm:${name}`, work, npm);
  if (!answer.allowed) return answer;
  const { versions, time, 'dist-tags': tags } = answer.granted;
  const times = isRecord(time) ? time : {};
  const listed = (Array.isArray(versions) ? versions : [versions]).filter(
    (version): version is string => typeof version === 'string' && isExactVersion(version),
  );
  return allow({
    tags: Object.fromEntries(Object.entries(isRecord(tags) ? tags : {}).filter(isExact)),
    versions: listed.map((version) => {
      const at = Object.hasOwn(times, version) ? times[version] : undefined;
      return { version, published: typeof at === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(at)?.[0] : undefined };
    }),
  });
}

function isExact(tag: [name: string, version: unknown]): tag is [string, string] {
  return typeof tag[1] === 'string' && isExactVersion(tag[1]);
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
