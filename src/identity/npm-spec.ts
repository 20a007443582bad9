import { misread, type Misread } from './reading.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
}

/**
 * `NAME@EXACT` of the registry, and nothing else that npm-package-arg 13 takes in its place: directories, tarballs,
 * addresses, repositories, aliases, ranges, tags.
 */
export function readNpmSpec(spec: string): Package | Misread {
  if (/[^\u0021-\u007e]/.test(spec)) return misread('package-spec', notAscii(spec), 'type its name anew');
  const [, name = '', version] = /^(@?[^@]*)(?:@(.*))?$/.exec(spec) ?? [];
  if (!isNpmName(name)) return misread('package-spec', `\`${spec}\` is no package of the registry`, hintFor(spec));
  if (version !== undefined && version.length <= 256 && EXACT.test(version)) return { name, version };
  if (version !== undefined && !/^[\w.^~<>=*|-]*$/.test(version))
    return misread('package-spec', `\`${version}\` in place of a version is another source`, hintFor(spec));
  return {
    ...misread('package-floating', floating(spec, name, version), `write the exact version: \`${name}@1.2.3\``),
    floats: { kind: 'npm', name, spec, prefix: `${name}@`, ...(version && { wanted: version }) },
  };
}

/** Of new packages. Those of old with upper case are out: their twins in lower case are other packages. */
function isNpmName(name: string): boolean {
  return isAnyNpmName(name) && NAME.test(name) && !TARBALL.test(name);
}

/** Of any package that there is, as another one may depend on it: validate-npm-package-name. */
export function isAnyNpmName(name: string): boolean {
  return name.length <= 214 && ANY_NAME.test(name) && !RESERVED.has(name);
}

const ANY_NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);
const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/;
/** npm takes such a name for a file, whatever follows. */
const TARBALL = /\.(?:tgz|tar|tar\.gz)$/;
/**
 * Semver without what npm drops (`v`, `=`, build metadata), so that a version has one spelling. What semver does not read,
 * such as a number beyond 2^53, npm takes for a tag.
 */
const EXACT =
  /^(?:0|[1-9]\d{0,14})(?:\.(?:0|[1-9]\d{0,14})){2}(?:-(?:0|[1-9]\d{0,14}|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d{0,14}|\d*[A-Za-z-][\dA-Za-z-]*))*)?$/;

function floating(spec: string, name: string, version: string | undefined): string {
  if (version === undefined || version === '') return `\`${spec}\` names no version: what it runs can change each day`;
  return `\`${version}\` of \`${name}\` is no exact version: what it runs can change each day`;
}

function notAscii(spec: string): string {
  return `\`${spec}\` has characters that no package’s name has, and that may look like others`;
}

function hintFor(spec: string): string {
  if (/^(?:[./~]|[A-Za-z]:[\\/]|file:)/.test(spec))
    return 'of a directory, run its entry file: `node /path/to/index.js`';
  if (/[A-Z]/.test(spec)) return 'names are lower case: `name@1.2.3` or `@scope/name@1.2.3`';
  return 'write the package as the registry has it: `name@1.2.3` or `@scope/name@1.2.3`';
}
