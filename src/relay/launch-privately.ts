import { statSync } from 'node:fs';
import type { Prepared } from '../confine/prepared.ts';
import { judgeSandboxExec, SANDBOX_EXEC } from '../confine/seatbelt/judge-sandbox-exec.ts';
import type { Held } from '../confine/seatbelt/seatbelt.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { findChanged } from './find-changed.ts';
import { launch, type Diagnosis, type Running } from './launch.ts';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.ts';

/** Starts what a plan for macOS was made into. */
export async function launchPrivately(prepared: Prepared & Held): Promise<Decision<Running>> {
  const fault = judgeSandboxExec(statSync(SANDBOX_EXEC, { throwIfNoEntry: false })) ?? findChanged(prepared);
  return fault ? deny(fault) : launchInPrivate(prepared, '', noDiagnosis);
}

/**
 * Starts what a plan without mounts was made into, in a directory that it has for itself and that is removed when it has
 * ended. A launcher that is killed leaves that directory behind, to the helper to remove, or on macOS for nobody: nothing
 * reads it again.
 */
export async function launchInPrivate(
  prepared: Prepared,
  built: string,
  diagnosis: () => Promise<Diagnosis>,
): Promise<Decision<Running>> {
  const made = makePrivateDirectory(prepared);
  if (!made.allowed) return made;

  const server = await launch(prepared.spawnIn(made.granted), built, diagnosis, noMasks);
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
  throw new Error('there are no masks without mounts');
};

/** Only what is waited for has words to be explained. */
const noDiagnosis = async (): Promise<never> => Promise.reject(new Error('sandbox-exec says why by itself'));
