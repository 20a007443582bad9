import { dirname } from 'node:path';
import { type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { lockedPackage, manifestFor, type Lock, type LockedPackage } from '../lock/lock.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { mayWrite } from '../host/may-write.ts';
import { changeLockFile, readLockFile } from '../state/lock-file.ts';
import { installPackage } from '../store/install.ts';
import { platformName, storeIn, type Store } from '../store/places.ts';
import { openNpmWorkPlace } from '../store/run-npm.ts';
import { verifyTree } from '../store/verify-tree.ts';
import type { Host } from '../plan/host.ts';
import { findEngineMismatch } from './check-lock.ts';
import { inWorkPlace } from './in-work-place.ts';
import type { Locking } from './lock.ts';
import type { Target } from './lock-targets.ts';

/** Sees that one package of npm is locked and in the store. */
export async function lockTarget(target: Target, locking: Locking): Promise<LockOutcome> {
  const { host } = locking.npm;
  return lockBy(target, host, {
    platform: platformName(),
    store: storeIn(host.directories),
    install: async (locked) => install(target, locked, locking),
    mismatch: (locked) => findEngineMismatch(target, locked, host),
  });
}

/** How packages of one kind get into the store of this machine. */
export interface Installer {
  /** As a lock names it. */
  readonly platform: string;
  readonly store: Store;
  readonly install: (locked: LockedPackage | undefined) => Promise<Decision<LockedPackage>>;
  /** What a package says that it does not run on, and would run on here. */
  readonly mismatch: (locked: LockedPackage) => Finding | undefined;
}

/** Sees that one package is locked and in the store: what is there and right stays as it is. */
export async function lockBy(
  target: Target,
  host: Host,
  { platform, store, install: installLocked, mismatch }: Installer,
): Promise<LockOutcome> {
  const { uid } = host.account;
  const { file, identity, layer } = target;
  const is = (outcome: LockOutcome['outcome'], locked: LockedPackage): LockOutcome =>
    outcomeOf(target, outcome, locked, mismatch(locked));
  const read = readLockFile(file, uid);
  if (!read.allowed) return failed(target, read.findings);
  const locked = lockedPackage(read.granted, identity);
  const manifest = locked && manifestFor(locked, platform);
  if (locked && manifest !== undefined && verifyTree({ store, manifest, uid, deep: true }).ok)
    return is('unchanged', locked);
  // What root keeps is root's to fill; whoever else is here installs exactly what it says.
  const isClosed = layer.kind === 'managed' && uid !== 0 && !mayWrite(dirname(file));
  if (isClosed && manifest === undefined) return failed(target, [notManaged(target)]);
  const installed = await installLocked(locked);
  if (!installed.allowed) return failed(target, installed.findings);
  if (isClosed) return is('installed', installed.granted);
  const written = changeLockFile(file, uid, (lock) => withPackage(lock, identity, installed.granted));
  if (!written.allowed) return failed(target, written.findings);
  return is(written.granted ? 'locked' : 'installed', installed.granted);
}

/** Installs, saying so to who watches. */
export async function install(
  { id, identity }: Target,
  locked: LockedPackage | undefined,
  { npm, cleanup, options, io }: Locking,
): Promise<Decision<LockedPackage>> {
  if (options.isWatched) io.err(`installing ${identity} …\n`);
  const store = storeIn(npm.host.directories);
  return inWorkPlace(openNpmWorkPlace(npm), cleanup, async (work) => installPackage(id, locked, work, store, npm));
}

export function withPackage(lock: Lock, identity: string, locked: LockedPackage): Lock {
  return { ...lock, packages: { ...lock.packages, [identity]: locked } };
}

export function outcomeOf(
  target: Target,
  outcome: LockOutcome['outcome'],
  locked: LockedPackage,
  mismatch: Finding | undefined,
): LockOutcome {
  return { ...of(target), outcome, locked, findings: mismatch ? [mismatch] : [] };
}

export function failed(target: Target, findings: readonly Finding[]): LockOutcome {
  const at = target.servers[0]?.command.at;
  const placed = findings.map((finding) => (finding.place || !at ? finding : { ...finding, place: at }));
  return { ...of(target), outcome: 'failed', locked: undefined, findings: placed };
}

function of({ identity, servers, file }: Target) {
  return { identity, servers: servers.map(({ id }) => id), file };
}

function notManaged({ identity, file }: Target): Finding {
  return refusal(
    'not-locked',
    `\`${identity}\` is not in ${file}, the lock of the managed policy`,
    'ask who keeps that policy to lock it: `sudo mcp-secure-run lock`',
  );
}
