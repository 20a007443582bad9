import type { Custody } from '../match/custody.ts';
import type { Host } from '../plan/host.ts';
import { keeperOf } from '../plan/keeper-of.ts';
import { failed, type Read } from './asked.ts';

export type Found = { readonly ok: true; readonly file: string } | Extract<Read, { ok: false }>;

/** Those that root or the account keep: also what a tool finds by `PATH` comes from there. */
export function trustedDirectories(programPath: readonly string[], host: Host): readonly string[] {
  return programPath.filter((directory) => isKept(keeperOf(directory, host)));
}

/**
 * A provider’s tool by its name, in these directories and nowhere else: whoever chose which `op` is run would be handed
 * every secret. That has happened to a tool in its own registry, so what is installed is the user’s to look after.
 */
export function findTool(name: string, directories: readonly string[], host: Host): Found {
  const path = directories.map((directory) => `${directory}/${name}`).find((one) => host.real(one) !== undefined);
  return path === undefined
    ? failed(
        'missing',
        `\`${name}\` is not in ${directories.join(', ') || 'any directory that you or root keep'}`,
        `install it there, or put its directory into \`programPath\``,
      )
    : judgeTool(path, host);
}

/** Whether a program may be run for a secret: a file that nobody else can change, and if it is a script, its interpreter. */
export function judgeTool(path: string, host: Host): Found {
  const real = host.real(path);
  const file = real === undefined ? undefined : host.file(real);
  if (real === undefined || !file) return failed('missing', `there is no ${path}`, 'install it, or correct its path');
  if (file.kind !== 'file' || (file.mode & 0o111) === 0)
    return failed('unsafe', `${real} is not a program`, 'name the program itself');
  const interpreter = /^#!\s*(\/\S+)/.exec(host.head(real) ?? '')?.[1];
  if (interpreter && host.real(interpreter) === undefined)
    return failed('missing', `there is no ${interpreter}, which is to run ${real}`, 'install it');
  const foreign = [path, ...(interpreter ? [interpreter] : [])].find((one) => !isKept(keeperOf(one, host)));
  return foreign === undefined
    ? { ok: true, file: real }
    : failed(
        'unsafe',
        `${foreign} could be changed by other accounts`,
        `see who owns and who may write it, and each directory above: \`namei -l ${foreign}\``,
      );
}

export function isKept(keeper: Custody | undefined): boolean {
  return keeper !== undefined && keeper.of !== 'others';
}
