import {
  chmodSync,
  chownSync,
  fsyncSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { codeOf } from '../host/system-error.ts';

/**
 * Puts a new text in a policy file's place, whole or not at all, with the owner and the rights that it has; unless it no
 * longer says what was edited.
 */
export function replacePolicy(file: string, before: string, after: string): Decision<true> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    if (readFileSync(file, 'utf8').replace(/^\uFEFF/, '') !== before) return deny(changed(file));
    const { mode, uid, gid } = statSync(file);
    writeFileSync(draft, after, { flag: 'wx', mode: 0o600 });
    chownSync(draft, uid, gid);
    chmodSync(draft, mode & 0o7777);
    const descriptor = openSync(draft, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(draft, file);
    return allow(true);
  } catch (error) {
    const hint = `write the lines by hand; \`namei -l ${file}\` shows who may write it`;
    return deny(refusal('edit-impossible', `${file} cannot be written (${codeOf(error)})`, hint));
  } finally {
    rmSync(draft, { force: true });
  }
}

function changed(file: string) {
  return refusal('edit-impossible', `${file} was changed by someone else meanwhile`, 'try it again');
}
