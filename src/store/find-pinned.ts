import { allow } from '../finding/decision.ts';
import { lockedProgram } from '../lock/lock.ts';
import type { FindPinned } from '../plan/decide-pinned.ts';
import { lockFileOf, readLockFile } from '../state/lock-file.ts';
import { platformName } from './places.ts';

/** What holds a program that is no package: from the lock beside the policy. */
export const findPinned: FindPinned = (asked, layer, host) => {
  const lock = readLockFile(lockFileOf(layer), host.account.uid);
  return lock.allowed ? allow({ sha256: lockedProgram(lock.granted, asked, platformName()) }) : lock;
};
