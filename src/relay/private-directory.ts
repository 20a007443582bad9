import { chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { placedIn, type Prepared } from '../confine/prepared.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { codeOf } from '../host/system-error.ts';

/** Makes the directory that one launch has for itself, with all that is to be in it; answers its real path. */
export function makePrivateDirectory({
  template,
  directories,
  kept,
  account,
}: Pick<Prepared, 'template' | 'directories' | 'kept' | 'account'>): Decision<string> {
  let directory: string | undefined;
  let path = template;
  try {
    mkdirSync(dirname(template), { recursive: true, mode: 0o700 });
    directory = realpathSync.native(mkdtempSync(template.replace(/X+$/, '')));
    const own = (place: string): void => {
      if (account) chownSync(place, account.uid, account.gid);
    };
    for (path of directories) {
      const place = placedIn(directory, path, template);
      mkdirSync(place, { recursive: true, mode: 0o700 });
      own(place);
    }
    for (const { path: name, source } of kept) {
      path = source;
      keep(source, account);
      const link = placedIn(directory, name, template);
      for (const place of missingAbove(link)) {
        mkdirSync(place, { mode: 0o700 });
        own(place);
      }
      symlinkSync(source, link);
    }
    own(directory); // at last: until then nobody else can put a link in the place of what is made in it
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
function keep(source: string, account: Prepared['account']): void {
  mkdirSync(dirname(source), { recursive: true, mode: account ? 0o711 : 0o700 });
  if (mkdirSync(source, { recursive: true, mode: 0o700 }) !== undefined && account)
    chownSync(source, account.uid, account.gid);
  if (!lstatSync(source).isDirectory() || realpathSync.native(source) !== source)
    throw new Error(`${source} leads elsewhere`);
}

/** The directories on the way to a place that are not there yet, outermost first. */
function missingAbove(place: string): readonly string[] {
  const above = dirname(place);
  return existsSync(above) ? [] : [...missingAbove(above), above];
}

/** Links in it are removed, and not followed. What has left the server's process group may still write there. */
export function removePrivateDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // It is left behind, as after a launcher that is killed: no launch reads another one's.
  }
}
