import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { stepsOf } from '../host/host.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { custody } from '../match/custody.ts';
import { failed, MOST_BYTES, type Read } from './asked.ts';
import { textOf } from './text-of.ts';

/**
 * The text of a file with secrets. It is opened once, and what is open is what is judged and read: a regular file of
 * root's or the account's that nobody else may read, on a way that nobody else can change. Links are followed, for
 * those who keep their files in a repository link to them; where they lie is judged as well.
 */
export function readSecretFile(path: string, uid: number): Read {
  try {
    const file = realpathSync.native(path);
    // O_NOFOLLOW: what was resolved is opened, or nothing. O_NONBLOCK: a FIFO is refused, not waited for.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    const descriptor = openSync(file, flags);
    try {
      return judge(file, path, fstatSync(descriptor), uid) ?? textOf(readCapped(descriptor));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isAbsent(error))
      return failed('absent', 'there is no such file', 'write it, for you alone to read, or correct the path');
    return failed('refused', `the file cannot be read (${codeOf(error)})`, `see who may: \`namei -l ${path}\``);
  }
}

function judge(file: string, path: string, stats: Stats, uid: number): Read | undefined {
  if (!stats.isFile()) return failed('unsafe-file', `${file} is not a regular file`, 'name the file itself');
  if (stats.uid !== 0 && stats.uid !== uid) {
    const hint = `\`sudo chown "$(id -un)" ${file}\`, after a look at it`;
    return failed('unsafe-file', `${file} belongs to neither root nor you`, hint);
  }
  if ((stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8);
    return failed('unsafe-file', `${file} is open to other accounts (mode ${mode})`, `\`chmod 600 ${file}\``);
  }
  // The link that led here decides which file it is.
  const ways = new Set([dirname(file), realpathSync.native(dirname(path))]);
  const foreign = [...ways].map((way) => custody(stepsOf(way), uid)).find((keeper) => keeper.of === 'others');
  if (foreign?.of !== 'others') return undefined;
  return foreign.fault === 'owner'
    ? failed(
        'unsafe-file',
        `${foreign.path}, above it, belongs to neither root nor you`,
        'move it below a directory of yours',
      )
    : failed(
        'unsafe-file',
        `${foreign.path}, above it, can be written by other accounts`,
        `\`chmod go-w ${foreign.path}\``,
      );
}

/** A byte more than may be, if there is one: /proc has files that say 0 of their size. */
function readCapped(descriptor: number): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(descriptor, bytes, length, bytes.length - length, null);
  }
  return bytes.subarray(0, length);
}
