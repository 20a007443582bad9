import { isAnyNpmName } from '../identity/npm-spec.ts';
import { BUNDLED, type LockedDependency, type LockedPackage } from './lock.ts';
import { pathFault } from './manifest.ts';
import { isExactVersion } from './package-id.ts';
import { isIntegrity } from './read-lock.ts';

/** What npm says that it installed, as far as a lock records it. */
export interface Installed {
  readonly dependencies: LockedPackage['dependencies'];
  readonly scripts: readonly string[];
}

/**
 * npm's `package-lock.json` (lockfileVersion 3) as data; or what is in it that no lock may hold, as the rest of a
 * sentence that begins with the package. `isOurs` says whether a tarball's address is one that we let npm ask: it is not told where npm
 * knew the hash before.
 */
export function readPackageLock(
  text: string,
  isOurs: (address: string | undefined) => boolean,
): Installed | { readonly fault: string } {
  const parsed = parse(text);
  const packages = isRecord(parsed) ? parsed['packages'] : undefined;
  if (!isRecord(packages)) return { fault: 'was installed without a `package-lock.json` that can be read' };
  const dependencies: Record<string, LockedDependency> = {};
  const scripts = new Set<string>();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    const read = isRecord(entry) ? readEntry(path, entry, isOurs) : { fault: `has \`${path}\`, which says nothing` };
    if ('fault' in read) return read;
    dependencies[path] = read;
    if (isRecord(entry) && entry['hasInstallScript'] === true) scripts.add(read.name);
  }
  return { dependencies, scripts: [...scripts].toSorted() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said as what it is not
  }
}

type Entry = Readonly<Record<string, unknown>>;

function readEntry(
  path: string,
  entry: Entry,
  isOurs: (address: string | undefined) => boolean,
): LockedDependency | { readonly fault: string } {
  const { version, resolved, integrity } = entry;
  const name = typeof entry['name'] === 'string' ? entry['name'] : nameIn(path);
  const what = `depends on \`${name}\``;
  if (pathFault(path) !== undefined || !path.startsWith('node_modules/') || !isAnyNpmName(name))
    return { fault: `has a part at \`${path}\`, which is no place for one` };
  if (entry['link'] === true) return { fault: `${what}, which is a link to a directory` };
  if (typeof version !== 'string' || !isExactVersion(version)) return { fault: `${what} in no version that is exact` };
  if (entry['inBundle'] === true) return { name, version, integrity: BUNDLED };
  if ((resolved !== undefined && typeof resolved !== 'string') || !isOurs(resolved))
    return { fault: `${what} from ${typeof resolved === 'string' ? resolved : 'nowhere'}, which is not the registry` };
  if (typeof integrity !== 'string' || !isIntegrity(integrity))
    return { fault: `${what}, of which the registry gives no \`sha512-…\`` };
  return { name, version, integrity };
}

/** `node_modules/a/node_modules/@s/b` → `@s/b` */
function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/**
 * What is locked as a `package-lock.json` that npm installs again, the same tree. Of version 1: for that, npm asks the
 * registry what each package needs, and takes nothing that has another hash.
 */
export function packageLockText(dependencies: LockedPackage['dependencies']): string {
  const root: Nested = {};
  for (const [path, { name, version, integrity }] of Object.entries(dependencies).toSorted(byPath)) {
    const names = path.slice('node_modules/'.length).split('/node_modules/');
    const own = names.pop() ?? name;
    const parent = names.reduce((at, one) => ((at.dependencies ??= {})[one] ??= {}), root);
    (parent.dependencies ??= {})[own] = {
      version: own === name ? version : `npm:${name}@${version}`,
      ...(integrity === BUNDLED ? { bundled: true } : { integrity }),
    };
  }
  return JSON.stringify({ lockfileVersion: 1, requires: true, dependencies: root.dependencies ?? {} });
}

interface Nested {
  version?: string;
  integrity?: string;
  bundled?: true;
  dependencies?: Record<string, Nested>;
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1; // a package before what lies in it
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
