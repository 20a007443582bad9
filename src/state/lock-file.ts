import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { stepsOf } from '../host/host.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { EMPTY_LOCK, LOCK_FILE, type Lock } from '../lock/lock.ts';
import { lockText } from '../lock/lock-text.ts';
import { readLock } from '../lock/read-lock.ts';
import { custody } from '../match/custody.ts';
import { MANAGED } from '../plan/protected-path.ts';
import type { Layer } from '../policy/policy.ts';
import { writeOwnFile } from './write-own-file.ts';

/** Where the lock of a layer lies: beside its policy, by its real path. */
export function lockFileOf({ kind, files }: Pick<Layer, 'kind' | 'files'>): string {
  return `${kind === 'managed' ? MANAGED : dirname(files[0] ?? MANAGED)}/${LOCK_FILE}`;
}

/**
 * Reads a lock, or says why it cannot be trusted; an empty one where there is none. As with a policy, the file is opened
 * once, and what is open is judged and read: a regular file, which nobody else than root and `uid` can write or replace;
 * the managed policy's, nobody else than root.
 */
export function readLockFile(file: string, uid: number): Decision<Lock> {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return isAbsent(error) ? allow(EMPTY_LOCK) : deny(unreadable(file, codeOf(error)));
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return deny(invalid(`${file} is not a regular file`, HINT));
    if (stats.size > MAX_BYTES) return deny(invalid(`${file} is larger than 16 MiB`, HINT));
    const own = { path: file, uid: stats.uid, gid: stats.gid, mode: stats.mode };
    const owner = dirname(file) === MANAGED ? 0 : uid;
    const keepers = [custody([own], owner), custody(stepsOf(realpathSync.native(dirname(file))), owner)];
    const foreign = keepers.find((keeper) => keeper.of === 'others');
    if (foreign?.of === 'others') return deny(notOurs(foreign.path, file, foreign.fault));
    const bytes = readFileSync(descriptor);
    const read = isUtf8(bytes) ? readLock(bytes.toString()) : { fault: 'is not UTF-8' };
    return 'lock' in read ? allow(read.lock) : deny(invalid(`${file} ${read.fault}`, HINT));
  } catch (error) {
    return deny(unreadable(file, codeOf(error)));
  } finally {
    closeSync(descriptor);
  }
}

const MAX_BYTES = 16 * 1024 * 1024;

const HINT = 'take back what was changed, or remove the file and `mcp-secure-run lock` anew';

/**
 * Changes a lock, whole or not at all. It is read anew for that, so that two who lock different things at one moment lose
 * neither's.
 */
export function changeLockFile(file: string, uid: number, change: (lock: Lock) => Lock): Decision<boolean> {
  const before = readLockFile(file, uid);
  if (!before.allowed) return before;
  const after = change(before.granted);
  if (lockText(after) === lockText(before.granted)) return allow(false);
  try {
    writeOwnFile(file, lockText(after), { isForAll: dirname(file) === MANAGED });
    return allow(true);
  } catch (error) {
    const hint = `see who may write there, and whether the disk is full: \`namei -l ${file}; df ${dirname(file)}\``;
    return deny(refusal('lock-failed', `${file} cannot be written (${codeOf(error)})`, hint));
  }
}

function unreadable(file: string, code: string): Finding {
  return code === 'ELOOP'
    ? invalid(`${file} is a link, and a lock is read where it lies`, 'put the file itself beside the policy')
    : invalid(`${file} cannot be read (${code})`, `check who may read it: \`namei -l ${file}\``);
}

function notOurs(step: string, file: string, fault: 'owner' | 'writable'): Finding {
  const what = step === file ? file : `${step}, above ${file},`;
  return fault === 'writable'
    ? invalid(`${what} can be written by other accounts`, `\`chmod go-w ${step}\``)
    : invalid(
        `${what} belongs to neither root nor you, so another account decides what runs`,
        `\`sudo chown "$(id -un)" ${step}\`, after a look at it`,
      );
}

function invalid(message: string, hint: string): Finding {
  return refusal('lock-invalid', message, hint);
}
