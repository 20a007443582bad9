import { statSync } from 'node:fs';
import { judgeSandboxExec, SANDBOX_EXEC } from '../confine/seatbelt/judge-sandbox-exec.ts';
import type { Prepared } from '../confine/seatbelt/seatbelt.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { findChanged } from './find-changed.ts';
import { launch, type Running } from './launch.ts';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.ts';

/**
 * Starts what a plan for macOS was made into, in a directory that it has for itself and that is removed when it has
 * ended. A launcher that is killed leaves that directory behind: nothing reads it again.
 */
export async function launchPrivately(prepared: Prepared): Promise<Decision<Running>> {
  const fault = judgeSandboxExec(statSync(SANDBOX_EXEC, { throwIfNoEntry: false })) ?? findChanged(prepared);
  if (fault) return deny(fault);
  const made = makePrivateDirectory(prepared);
  if (!made.allowed) return made;

  const server = await launch(prepared.spawnIn(made.granted), '', noDiagnosis, noMasks);
  if (!server.allowed) {
    removePrivateDirectory(made.granted);
    return server;
  }
  const ended = server.granted.ended.then((end) => {
    removePrivateDirectory(made.granted);
    return end;
  });
  return allow({ ...server.granted, ended });
}

const noMasks = (): never => {
  throw new Error('there are no masks on macOS');
};

/** Only bubblewrap is waited for, and has words to be explained. */
const noDiagnosis = async (): Promise<never> => Promise.reject(new Error('sandbox-exec says why by itself'));
