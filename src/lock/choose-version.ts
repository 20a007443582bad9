import { daysBetween } from './diff.ts';
import { NPM_VERSIONS, type VersionScheme } from './version-scheme.ts';

/** A version that a registry has. */
export interface Published {
  readonly version: string;
  /** The day, where the registry tells it. */
  readonly published: string | undefined;
}

/** What a registry has of a package. */
export interface Versions {
  /** Names for some of them, as `latest`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: readonly Published[];
}

/**
 * The exact version to write in the place of none, of a tag or of a range: of those that it admits, the newest that is a
 * week old or more, for most stolen packages are found out in less. The newest of all, where every one is younger.
 */
export function chooseVersion(
  { tags, versions }: Versions,
  wanted: string | undefined,
  today: string,
  { compare, isPrerelease, admits }: VersionScheme = NPM_VERSIONS,
): Published | undefined {
  const named = wanted ?? 'latest';
  const isTag = Object.hasOwn(tags, named);
  const most = isTag ? tags[named] : undefined;
  const admitted = versions
    .filter(({ version }) => (isTag ? most === undefined || compare(version, most) <= 0 : admits(named, version)))
    .filter(({ version }) => !isPrerelease(version) || (most !== undefined && isPrerelease(most)))
    .toSorted((one, other) => compare(one.version, other.version));
  return admitted.findLast((one) => isOld(one, today)) ?? admitted.at(-1);
}

/**
 * The newest version that may be taken in the place of one: a week old or more, unless it was asked for by name. One
 * before its release is none, unless the current one is one.
 */
export function newerVersion(
  { versions }: Versions,
  current: string,
  { isNamed, today }: { readonly isNamed: boolean; readonly today: string },
  { compare, isPrerelease }: VersionScheme = NPM_VERSIONS,
): Published | undefined {
  return versions
    .filter(({ version }) => compare(version, current) > 0)
    .filter(({ version }) => !isPrerelease(version) || isPrerelease(current))
    .filter((one) => isNamed || isOld(one, today))
    .toSorted((one, other) => compare(one.version, other.version))
    .at(-1);
}

/** A version whose day nobody tells is not known to be old. */
function isOld({ published }: Published, today: string): boolean {
  return published !== undefined && daysBetween(published, today) >= LEAST_AGE;
}

/** Days. */
const LEAST_AGE = 7;
