import type { LockedDependency, LockedPackage } from './lock.ts';
import type { PackageId } from './package-id.ts';
import { NPM_VERSIONS, type VersionScheme } from './version-scheme.ts';

/** What changes from one version of a package to another, a line each, for a person who decides whether to take it. */
export interface LockDiff {
  readonly from: string;
  readonly to: string;
  /** Days since the new one was published. */
  readonly age: number | undefined;
  readonly isDowngrade: boolean;
  readonly added: readonly string[];
  readonly gone: readonly string[];
  /** `name 1.0.0 → 1.1.0` */
  readonly changed: readonly string[];
  /** Packages that would run a script and did not before, and the other way round. */
  readonly newScripts: readonly string[];
  readonly goneScripts: readonly string[];
  readonly newBins: readonly string[];
  readonly goneBins: readonly string[];
  readonly license: { readonly from: string; readonly to: string } | undefined;
}

export interface Side {
  readonly id: PackageId;
  readonly locked: LockedPackage;
}

/** `today` is a day as `2026-08-31`. */
export function diffLocked(
  before: Side,
  after: Side,
  today: string,
  { compare }: VersionScheme = NPM_VERSIONS,
): LockDiff {
  const [old, now] = [versionsOf(before, compare), versionsOf(after, compare)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  const moved = names.filter((name) => old.has(name) && now.has(name) && old.get(name) !== now.get(name));
  const [oldBins, newBins] = [Object.keys(before.locked.bins), Object.keys(after.locked.bins)];
  const [from, to] = [before.locked.license ?? 'none', after.locked.license ?? 'none'];
  return {
    from: before.id.version,
    to: after.id.version,
    age: after.locked.published === undefined ? undefined : daysBetween(after.locked.published, today),
    isDowngrade: compare(after.id.version, before.id.version) < 0,
    added: names.filter((name) => !old.has(name)).map((name) => `${name} ${now.get(name)}`),
    gone: names.filter((name) => !now.has(name)).map((name) => `${name} ${old.get(name)}`),
    changed: moved.map((name) => `${name} ${old.get(name)} → ${now.get(name)}`),
    newScripts: without(after.locked.scripts, before.locked.scripts),
    goneScripts: without(before.locked.scripts, after.locked.scripts),
    newBins: without(newBins, oldBins),
    goneBins: without(oldBins, newBins),
    license: from === to ? undefined : { from, to },
  };
}

/** Of each dependency its versions, for a tree may hold several; the package itself is what is compared, and none of them. */
function versionsOf({ id, locked }: Side, compare: VersionScheme['compare']): Map<string, string> {
  const all = new Map<string, Set<string>>();
  for (const { name, version } of Object.values<LockedDependency>(locked.dependencies)) {
    if (name !== id.name) all.set(name, (all.get(name) ?? new Set()).add(version));
  }
  return new Map([...all].map(([name, versions]) => [name, [...versions].toSorted(compare).join(', ')]));
}

function without(all: readonly string[], others: readonly string[]): string[] {
  return all.filter((one) => !others.includes(one)).toSorted();
}

/** Whole days from one day to another, counted without a clock. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** Days since 1970-01-01 in the Gregorian calendar (Hinnant, `days_from_civil`). */
function dayNumber(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}
