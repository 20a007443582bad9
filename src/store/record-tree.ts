import { isDeepStrictEqual } from 'node:util';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { sha256 } from '../host/hash.ts';
import { manifestFor, type LockedPackage } from '../lock/lock.ts';
import { manifestText, type Item } from '../lock/manifest.ts';

/** What was made of a package on a platform. */
export interface MadeTree {
  readonly what: string;
  readonly items: readonly Item[];
  readonly bins: LockedPackage['bins'];
  readonly platform: string;
  /** Where these are as they are locked, and the files are not. */
  readonly of: { readonly parts: string; readonly hint: string };
}

/** What a lock is to say of a tree. Of what it says already, nothing may be another. */
export function recordTree(
  { what, items, bins, platform, of: { parts, hint } }: MadeTree,
  locked: LockedPackage | undefined,
): Decision<Pick<LockedPackage, 'manifests' | 'bins'>> {
  const manifest = sha256(manifestText(items));
  const isOther = locked !== undefined && !isDeepStrictEqual(bins, locked.bins);
  if (isOther || ((locked && manifestFor(locked, platform)) ?? manifest) !== manifest) {
    const fault = `the files of \`${what}\` are not those that are locked, though its ${parts} are`;
    return deny(refusal('package-refused', fault, hint));
  }
  return allow({ manifests: { ...locked?.manifests, [platform]: manifest }, bins });
}
