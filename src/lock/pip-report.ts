import type { LockedDependency } from './lock.ts';
import type { PackageId } from './package-id.ts';
import { isRecord } from './package-lock.ts';
import { isPypiName, isWheelFile, isWheelHash, isWheelVersion, normalName, pypiText } from './pypi-id.ts';

/** What pip would install, as far as a lock records it. */
export interface Resolved {
  /** By the name of the wheel. */
  readonly dependencies: Readonly<Record<string, LockedDependency>>;
  readonly engines?: string;
  readonly license?: string;
}

/**
 * pip's installation report (version 1) as data; or what is in it that no lock may hold, as the rest of a sentence that
 * begins with the package. `isOurs` says whether a wheel's address is one that we let pip ask.
 */
export function readPipReport(
  text: string,
  id: PackageId,
  isOurs: (address: string) => boolean,
): Resolved | { readonly fault: string } {
  const report = parse(text);
  const list = isRecord(report) && report['version'] === '1' ? report['install'] : undefined;
  if (!Array.isArray(list)) return { fault: 'was resolved without a report of version 1 that can be read' };
  const dependencies: Record<string, LockedDependency> = {};
  const names = new Set<string>();
  let about: Readonly<Record<string, unknown>> = {};
  for (const one of list) {
    const read = readWheel(one, isOurs);
    if ('fault' in read) return read;
    const { file, metadata, ...wheel } = read;
    if (names.has(wheel.name)) return { fault: `comes with two packages that are called \`${wheel.name}\`` };
    names.add(wheel.name);
    dependencies[file] = wheel;
    if (wheel.name !== id.name) continue;
    if (wheel.version !== id.version)
      return {
        fault: `is called ${wheel.version} by its index: write \`${pypiText({ ...id, version: wheel.version })}\``,
      };
    about = metadata;
  }
  if (!names.has(id.name)) return { fault: 'is not among what pip would install' };
  const { requires_python: engines } = about;
  const license = [about['license_expression'], about['license']].find(isShort);
  return { dependencies, ...(isShort(engines) && { engines }), ...(license !== undefined && { license }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said as what it is not
  }
}

/** A line. Many packages have the whole text of a license where its name belongs. */
function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 100 && !/[\0-\x1f\x7f]/.test(value); // eslint-disable-line no-control-regex
}

interface Wheel extends LockedDependency {
  readonly file: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

function readWheel(entry: unknown, isOurs: (address: string) => boolean): Wheel | { readonly fault: string } {
  const [info, metadata] = isRecord(entry) ? [entry['download_info'], entry['metadata']] : [];
  const written = isRecord(metadata) ? metadata['name'] : undefined;
  const version = isRecord(metadata) ? metadata['version'] : undefined;
  const name = typeof written === 'string' ? normalName(written) : '';
  if (!isRecord(info) || !isRecord(metadata) || !isPypiName(name))
    return { fault: 'comes with a package without a name' };
  const what = `depends on \`${name}\``;
  if (typeof version !== 'string' || !isWheelVersion(version)) return { fault: `${what} in no version that is exact` };
  const { url, archive_info: archive } = info;
  if (typeof url !== 'string' || !isOurs(url)) return { fault: `${what} from another place than its index` };
  const file = fileOf(url);
  if (!isWheelFile(file) || normalName(file.split('-')[0] ?? '') !== name)
    return { fault: `${what}, which comes as \`${file.slice(0, 100)}\`, and that is no wheel of its name` };
  const hashes = isRecord(archive) && isRecord(archive['hashes']) ? archive['hashes'] : {};
  const integrity = `sha256:${String(hashes['sha256'])}`;
  if (!isWheelHash(integrity)) return { fault: `${what}, of which the index gives no SHA-256` };
  return { file, metadata, name, version, integrity };
}

function fileOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return '';
  }
}

/** What is locked for a platform, as pip is told to install exactly that. */
export function requirementsText(dependencies: Readonly<Record<string, LockedDependency>>): string {
  const lines = Object.values(dependencies).map(
    ({ name, version, integrity }) => `${name}==${version} --hash=${integrity}`,
  );
  return `${lines.toSorted().join('\n')}\n`;
}

/** The versions that are locked, for another platform to have the same. */
export function constraintsText(dependencies: Readonly<Record<string, LockedDependency>>): string {
  const lines = new Set(Object.values(dependencies).map(({ name, version }) => `${name}==${version}`));
  return `${[...lines].toSorted().join('\n')}\n`;
}
