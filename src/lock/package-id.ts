import { readNpmSpec, type Package } from '../identity/npm-spec.ts';

/** A package of the npm registry in one version. */
export type PackageId = Package;

/** `npm:@scope/name@1.2.3` as data, or undefined for all else: a range, a tag, an address, another registry. */
export function parsePackageId(text: string): PackageId | undefined {
  if (!text.startsWith('npm:')) return undefined;
  const found = readNpmSpec(text.slice('npm:'.length));
  return 'ident' in found ? undefined : found;
}

export function packageText({ name, version }: PackageId): string {
  return `npm:${name}@${version}`;
}

/** Semantic Versioning 2.0.0, whole: what registries list, of which a policy may write what has one spelling. */
export function isExactVersion(version: string): boolean {
  return version.length <= 256 && VERSION.test(version);
}

const NUMBER = String.raw`(?:0|[1-9]\d*)`;
const PRE = String.raw`(?:${NUMBER}|\d*[A-Za-z-][\dA-Za-z-]*)`;
const VERSION = new RegExp(
  String.raw`^${NUMBER}\.${NUMBER}\.${NUMBER}(?:-${PRE}(?:\.${PRE})*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$`,
);

/** Which of two versions is the later one, Semantic Versioning 2.0.0 §11; as `toSorted` takes it. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [split(one), split(other)];
  for (const index of [0, 1, 2]) {
    const difference = Number(a.numbers[index]) - Number(b.numbers[index]);
    if (difference !== 0) return difference;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [index, part] of a.pre.entries()) {
    const against = b.pre[index];
    if (against === undefined) return 1;
    if (part !== against) return comparePart(part, against);
  }
  return a.pre.length - b.pre.length;
}

export function isPrerelease(version: string): boolean {
  return split(version).pre.length > 0;
}

function split(version: string): { numbers: string[]; pre: string[] } {
  const [release = '', ...pre] = (version.split('+')[0] ?? '').split('-');
  return { numbers: release.split('.'), pre: pre.length > 0 ? pre.join('-').split('.') : [] };
}

function comparePart(one: string, other: string): number {
  const [a, b] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (a && b) return Number(one) - Number(other);
  if (a !== b) return a ? -1 : 1;
  return one < other ? -1 : 1;
}
