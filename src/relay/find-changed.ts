import { lstatSync, realpathSync } from 'node:fs';
import { refusal, type Finding } from '../finding/finding.ts';

/** Where files are granted by path, what was put in a path's place meanwhile would be granted. */
export function findChanged({
  held,
}: {
  readonly held: readonly { readonly path: string; readonly device: number; readonly inode: number }[];
}): Finding | undefined {
  const changed = held.find(({ path, device, inode }) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.dev !== device || stats.ino !== inode || realpathSync.native(path) !== path;
  });
  if (!changed) return undefined;
  return refusal(
    'path-changed',
    `\`${changed.path}\` became another file while the server was being started`,
    'start it again; if this comes back, find out what replaces that file',
  );
}
