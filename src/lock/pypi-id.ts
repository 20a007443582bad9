import type { PackageId } from './package-id.ts';

/** `pypi:name==1.2.3` as data, or undefined for all else. The name stands as PEP 503 writes it: each has one spelling. */
export function parsePypiId(text: string): PackageId | undefined {
  const [, name, version] = /^pypi:([^=]+)==([^=]+)$/.exec(text) ?? [];
  return name !== undefined && version !== undefined && isPypiName(name) && EXACT.test(version)
    ? { name, version }
    : undefined;
}

export function pypiText({ name, version }: PackageId): string {
  return `pypi:${name}==${version}`;
}

/** One spelling for each name, PEP 503. */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** As {@link normalName} writes it. */
export function isPypiName(name: string): boolean {
  return name.length <= 214 && /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/.test(name) && normalName(name) === name;
}

/** Public versions of PEP 440 as it writes them itself. */
const EXACT = /^(?:[1-9]\d*!)?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?$/;

/** What a wheel may say of its own version, which may have a local part: `2.1.0+cpu`. It is told, and not interpreted. */
export function isWheelVersion(version: string): boolean {
  return version.length <= 256 && /^[A-Za-z\d][A-Za-z\d.!+_-]*$/.test(version);
}

/** A file of an index, by which a lock calls it: `name-1.2.3-py3-none-any.whl`, PEP 427. */
export function isWheelFile(file: string): boolean {
  return /^[A-Za-z\d_.]+-[A-Za-z\d_.!+]+(?:-\d[A-Za-z\d_.]*)?-[a-z\d_.]+-[A-Za-z\d_.]+-[A-Za-z\d_.]+\.whl$/.test(file);
}

/** What pip calls a hash, and PyPI shows: `sha256:` and 64 digits. */
export function isWheelHash(hash: string): boolean {
  return /^sha256:[\da-f]{64}$/.test(hash);
}

/** A platform with a minor version of Python, `linux-x64-cp311`: wheels differ by both. */
export function isPythonPlatform(name: string): boolean {
  return /^[a-z\d]+-[a-z\d]+(?:-musl)?-cp3\d{1,2}t?$/.test(name);
}
