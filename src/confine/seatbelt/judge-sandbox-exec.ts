import { refusal, type Finding } from '../../finding/finding.ts';
import type { BubblewrapFile } from '../machine.ts';

/** The one file that puts a profile into force. It is part of macOS; `PATH` is not asked for another. */
export const SANDBOX_EXEC = '/usr/bin/sandbox-exec';

/** Whether it is there, and root's alone: with System Integrity Protection, nobody can change it. */
export function judgeSandboxExec(file: BubblewrapFile | undefined): Finding | undefined {
  if (!file)
    return refusal(
      'sandbox-missing',
      `there is no ${SANDBOX_EXEC}, which is part of macOS`,
      'use a macOS that has it; nothing runs unconfined meanwhile',
    );
  if (file.uid === 0 && (file.mode & 0o022) === 0) return undefined;
  return refusal(
    'sandbox-untrusted',
    `${SANDBOX_EXEC} can be changed by others than root`,
    'turn on System Integrity Protection, and install macOS anew over this one',
  );
}
