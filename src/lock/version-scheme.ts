import { compareVersions, isPrerelease } from './package-id.ts';
import { admitsPypiVersion, comparePypiVersions, isPypiPrerelease } from './pypi-version.ts';
import { excludes } from './version-range.ts';

/** How the versions of a registry are told apart. */
export interface VersionScheme {
  /** Which of two is the later one, as `toSorted` takes it. */
  readonly compare: (one: string, other: string) => number;
  readonly isPrerelease: (version: string) => boolean;
  /** Whether a range means a version. */
  readonly admits: (range: string, version: string) => boolean;
}

export const NPM_VERSIONS: VersionScheme = {
  compare: compareVersions,
  isPrerelease,
  admits: (range, version) => !excludes(range, version),
};

/** PEP 440. */
export const PYPI_VERSIONS: VersionScheme = {
  compare: comparePypiVersions,
  isPrerelease: isPypiPrerelease,
  admits: (range, version) => admitsPypiVersion(range, version) === true,
};
