import { isAnyNpmName } from '../identity/npm-spec.ts';
import { BUNDLED, type Lock } from './lock.ts';
import { pathFault } from './manifest.ts';
import { isExactVersion, parsePackageId } from './package-id.ts';
import { isPypiName, isPythonPlatform, isWheelFile, isWheelHash, isWheelVersion, parsePypiId } from './pypi-id.ts';
import { readStrictJson } from './strict-json.ts';

/** A lock, or what is wrong with its text as the rest of a sentence that begins with the file. */
export type ReadLock = { readonly lock: Lock } | { readonly fault: string };

/**
 * A lock file's text as data. All of it is looked at, and what this version does not know is refused: what cannot be
 * read whole was not reviewed whole.
 */
export function readLock(written: string): ReadLock {
  const json = readStrictJson(written);
  if ('fault' in json) return json;
  const { value } = json;
  if (isObject(value) && value['version'] !== 1) return { fault: wrongVersion(value['version']) };
  // Every start reads a lock, and few have a fault: places are spelled out for those alone.
  const fault = LOCK(value) && LOCK(value, '');
  // Every member has been looked at, one by one.
  return fault === undefined ? { lock: value as Lock } : { fault }; // eslint-disable-line typescript/no-unsafe-type-assertion
}

function wrongVersion(version: unknown): string {
  return typeof version === 'number'
    ? `is of version ${version}, and this program reads version 1`
    : 'has no `version: 1`';
}

/** Says what is wrong with a value, which has this place and this name there, or nothing. */
type Check = (value: unknown, at?: string, name?: string) => string | undefined;

function text(isRight: (value: string) => boolean, what: string): Check {
  return (value, at) =>
    typeof value === 'string' && isRight(value) ? undefined : `has no ${what} at \`${at?.slice(1)}\``;
}

function record(key: (name: string) => boolean, of: Check): Check {
  return (value, at) => {
    if (!isObject(value)) return `has no object at \`${at?.slice(1)}\``;
    for (const name of Object.keys(value)) {
      if (!key(name)) return `has the key \`${name}\` at \`${at?.slice(1)}\`, which cannot be one`;
      const fault = of(value[name], below(at, name), name);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

function members(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value, at) => {
    if (!isObject(value)) return `has no object at \`${at?.slice(1)}\``;
    for (const name in required) if (!Object.hasOwn(value, name)) return `lacks \`${below(at, name)?.slice(1)}\``;
    for (const name of Object.keys(value)) {
      const check = own(required, name) ?? own(optional, name);
      if (!check) return `has the key \`${below(at, name)?.slice(1)}\`, which this version does not know`;
      const fault = check(value[name], below(at, name), name);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

const below = (at: string | undefined, name: string | number): string | undefined =>
  at === undefined ? undefined : `${at}/${name}`;

const own = (checks: Readonly<Record<string, Check>>, name: string): Check | undefined =>
  Object.hasOwn(checks, name) ? checks[name] : undefined;

const list =
  (of: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? value.map((inner, index) => of(inner, below(at, index))).find((fault) => fault !== undefined)
      : `has no list at \`${at?.slice(1)}\``;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As the registry writes it, SRI: 64 bytes are 86 letters and two signs to fill. */
export function isIntegrity(value: string): boolean {
  return /^sha512-[A-Za-z\d+/]{86}==$/.test(value);
}

const isPath = (value: string): boolean => pathFault(value) === undefined;
const isPlain = (value: string): boolean => value.length <= 1024 && !/[\0-\x1f\x7f]/.test(value); // eslint-disable-line no-control-regex
const plain = text(isPlain, 'plain text');
const hash = text((value) => /^[\da-f]{64}$/.test(value), 'SHA-256 in lower case');
const integrity = text(isIntegrity, '`sha512-…`');

const PLATFORM = (name: string): boolean => /^[a-z\d]+-[a-z\d]+(?:-musl)?$/.test(name);
const PROGRAM = (name: string): boolean =>
  name.startsWith('/') ? isPath(name.slice(1)) : isPath(name) && !name.includes('/');

const bins = record(
  (name) => isPath(name) && !name.includes('/'),
  members({ path: text(isPath, 'path below the tree'), sha256: hash }),
);

const told = {
  engines: plain,
  published: text((value) => /^\d{4}-\d{2}-\d{2}$/.test(value), 'day as `2026-08-31`'),
  license: plain,
};

const OF_NPM = members(
  {
    integrity,
    manifests: record(PLATFORM, hash),
    bins,
    scripts: list(text(isAnyNpmName, 'name of a package')),
    dependencies: record(
      (path) => isPath(path) && path.startsWith('node_modules/'),
      members({
        name: text(isAnyNpmName, 'name of a package'),
        version: text(isExactVersion, 'exact version'),
        integrity: text((value) => value === BUNDLED || isIntegrity(value), '`sha512-…`'),
      }),
    ),
  },
  told,
);

const OF_PYPI = members(
  {
    manifests: record(isPythonPlatform, hash),
    bins,
    scripts: list(() => 'has scripts of wheels, which have none'),
    dependencies: record(
      isWheelFile,
      members({
        name: text(isPypiName, 'name of a package'),
        version: text(isWheelVersion, 'exact version'),
        integrity: text(isWheelHash, '`sha256:…`'),
        platforms: list(text(isPythonPlatform, 'platform')),
      }),
    ),
  },
  told,
);

const PACKAGES = record(
  (name) => parsePackageId(name) !== undefined || parsePypiId(name) !== undefined,
  (value, at, name) => (name?.startsWith('pypi:') ? OF_PYPI : OF_NPM)(value, at),
);

const LOCK = members(
  { version: () => undefined, packages: PACKAGES }, // the version was judged before
  { programs: record(PROGRAM, members({ sha256: record(PLATFORM, hash) })) },
);
