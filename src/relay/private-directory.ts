import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { placedIn, type Prepared } from '../confine/seatbelt/seatbelt.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { codeOf } from '../host/system-error.ts';

/** Makes the directory that one launch has for itself, with all that is to be in it; answers its real path. */
export function makePrivateDirectory({
  template,
  directories,
  kept,
}: Pick<Prepared, 'template' | 'directories' | 'kept'>): Decision<string> {
  let directory: string | undefined;
  let path = template;
  try {
    mkdirSync(dirname(template), { recursive: true, mode: 0o700 });
    directory = realpathSync.native(mkdtempSync(template.replace(/X+$/, '')));
    for (path of directories) mkdirSync(placedIn(directory, path, template), { recursive: true, mode: 0o700 });
    for (const { path: name, source } of kept) {
      path = source;
      keep(source);
      const link = placedIn(directory, name, template);
      mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
      symlinkSync(source, link);
    }
    return allow(directory);
  } catch (error) {
    if (directory !== undefined) removePrivateDirectory(directory);
    return deny(
      refusal(
        'state-unusable',
        `${path}, which the server is to write to, cannot be made or used (${codeOf(error) ?? 'it leads elsewhere'})`,
        `look at it and at the disk: \`ls -ld ${path}; df ${dirname(path)}\``,
      ),
    );
  }
}

/** Two starts at one moment may both make it. That it is no link is seen to: a server wrote there. */
function keep(source: string): void {
  mkdirSync(source, { recursive: true, mode: 0o700 });
  if (!lstatSync(source).isDirectory() || realpathSync.native(source) !== source)
    throw new Error(`${source} leads elsewhere`);
}

/** Links in it are removed, and not followed. What has left the server's process group may still write there. */
export function removePrivateDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // It is left behind, as after a launcher that is killed: no launch reads another one's.
  }
}
