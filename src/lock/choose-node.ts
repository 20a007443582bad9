import { compareVersions, isPrerelease } from './package-id.ts';
import { excludes } from './version-range.ts';

/** A Node.js that is on this machine. */
export interface InstalledNode {
  readonly path: string;
  readonly version: string;
}

/** The newest that a package says it runs on; of two of one version, the first. */
export function chooseNode(installed: readonly InstalledNode[], range: string): InstalledNode | undefined {
  return installed
    .filter(({ version }) => !isPrerelease(version) && !excludes(range, version))
    .toSorted((one, other) => compareVersions(other.version, one.version))[0];
}

/** The version that a path tells of a Node.js, as version managers lay them out: `…/v22.3.0/bin/node`. */
export function versionInPath(path: string): string | undefined {
  return /\/v?(\d+\.\d+\.\d+)(?:_\d+)?\/(?:installation\/)?bin\/node(?:js)?$/.exec(path)?.[1];
}

/** And the one that the header beside it does, `PREFIX/include/node/node_version.h`. */
export function versionInHeader(text: string): string | undefined {
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(String.raw`^#define NODE_${part}_VERSION (\d+)$`, 'm').exec(text)?.[1],
  );
  return parts.every((part) => part !== undefined) ? parts.join('.') : undefined;
}
