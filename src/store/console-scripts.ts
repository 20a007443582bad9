import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { sha256 } from '../host/hash.ts';
import { entryText, PACKAGES, PROGRAMS, readEntryPoints } from '../lock/entry-points.ts';
import type { LockedPackage } from '../lock/lock.ts';
import type { PackageId } from '../lock/package-id.ts';
import { normalName } from '../lock/pypi-id.ts';

/**
 * Makes the programs of a package, by what its own wheel names as such, beside what pip installed: pip's begin with the
 * path of the Python that installed them. Or why it has none, as the rest of a sentence that begins with the package.
 */
export function makePrograms(
  { name, version }: PackageId,
  tree: string,
): { readonly bins: LockedPackage['bins'] } | { readonly fault: string } {
  const about = readdirSync(`${tree}/${PACKAGES}`).filter((one) => {
    const [, of = '', is] = /^([^-]+)-([^-]+)\.dist-info$/.exec(one) ?? [];
    return normalName(of) === name && is === version;
  });
  const [own] = about;
  if (own === undefined || about.length > 1)
    return { fault: 'does not say once what it is, in a `dist-info` of its own' };
  const path = `${tree}/${PACKAGES}/${own}/entry_points.txt`;
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return { fault: 'has no program to run' };
  const read = readEntryPoints(readFileSync(path, 'utf8'));
  if ('fault' in read) return read;
  const bins: Record<string, { path: string; sha256: string }> = {};
  mkdirSync(`${tree}/${PROGRAMS}`, { mode: 0o700 });
  for (const [program, point] of Object.entries(read.points)) {
    const text = entryText(point);
    writeFileSync(`${tree}/${PROGRAMS}/${program}`, text, { flag: 'wx', mode: 0o600 });
    bins[program] = { path: `${PROGRAMS}/${program}`, sha256: sha256(text) };
  }
  return Object.keys(bins).length > 0 ? { bins } : { fault: 'has no program to run' };
}
