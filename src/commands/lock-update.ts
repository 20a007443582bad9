import { allow, deny, type Decision } from '../finding/decision.ts';
import { identityText } from '../identity/identity.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { newerVersion, type Published } from '../lock/choose-version.ts';
import { diffLocked, type LockDiff, type Side } from '../lock/diff.ts';
import { lockedPackage, type LockedPackage } from '../lock/lock.ts';
import type { PackageId } from '../lock/package-id.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { replacePackage } from '../policy-text/replace-package.ts';
import { diffText } from '../render/diff-text.ts';
import { lockDiffText } from '../render/lock-diff-text.ts';
import type { LockOutcome } from '../render/lock-outcome.ts';
import { changeLockFile, readLockFile } from '../state/lock-file.ts';
import { replacePolicy } from '../state/replace-policy.ts';
import { askVersions } from '../store/ask-registry.ts';
import { openNpmWorkPlace } from '../store/run-npm.ts';
import { askYes } from './ask-yes.ts';
import { inWorkPlace } from './in-work-place.ts';
import type { Locking } from './lock.ts';
import { findEngineMismatch } from './check-lock.ts';
import { failed, install, lockTarget, outcomeOf, withPackage } from './lock-target.ts';
import type { Target } from './lock-targets.ts';
import type { Survey } from './survey.ts';

/** How newer versions of packages of one kind are found, and come in. */
export interface Updating extends Pick<Locking, 'surveyed' | 'options' | 'io'> {
  readonly uid: number;
  /** Sees that the package is locked as it is named now. */
  readonly lock: (target: Target) => Promise<LockOutcome>;
  readonly findNewer: (id: PackageId, when: { isNamed: boolean; today: string }) => Promise<Decision<Newer>>;
  readonly install: (target: Target, locked: LockedPackage | undefined) => Promise<Decision<LockedPackage>>;
  readonly mismatch: (target: Target, locked: LockedPackage) => Finding | undefined;
  readonly diff: (before: Side, after: Side, today: string) => LockDiff;
}

/** The version to take, if there is one. */
type Newer = Published | undefined;

/** Of a package of npm. */
export async function updateTarget(target: Target, locking: Locking): Promise<LockOutcome> {
  const { npm, surveyed, options, io, cleanup } = locking;
  return updateBy(target, {
    ...{ surveyed, options, io, uid: npm.host.account.uid, diff: diffLocked },
    lock: async (one) => lockTarget(one, locking),
    findNewer: async ({ name, version }, when) => {
      const told = await inWorkPlace(openNpmWorkPlace(npm), cleanup, async (work) => askVersions(name, work, npm));
      return told.allowed ? allow(newerVersion(told.granted, version, when)) : told;
    },
    install: async (one, locked) => install(one, locked, locking),
    mismatch: (one, locked) => findEngineMismatch(one, locked, npm.host),
  });
}

/**
 * Looks for a newer version, shows what it changes, and takes it after a yes: the policy's line, then the lock. What is
 * younger than a week is passed over, unless the server was named: most stolen packages are found out in less.
 */
export async function updateBy(target: Target, updating: Updating): Promise<LockOutcome> {
  const current = await updating.lock(target);
  if (!current.locked) return current;
  const { surveyed, options, io, uid, mismatch } = updating;
  const today = new Date().toISOString().slice(0, 10);
  const newer = await updating.findNewer(target.id, { isNamed: options.servers.length > 0, today });
  if (!newer.allowed) return failed(target, newer.findings);
  if (newer.granted === undefined) return current;
  const id: PackageId = { name: target.id.name, version: newer.granted.version };
  const next: Target = { ...target, id, identity: identityText({ kind: target.kind, ...id }) };
  const edit = await editPolicy(target, next, surveyed);
  if (!edit.allowed) return failed(target, edit.findings);

  const installed = await updating.install(next, known(next, uid));
  if (!installed.allowed) return failed(target, installed.findings);
  const diff = updating.diff({ id: target.id, locked: current.locked }, { id, locked: installed.granted }, today);
  const { file, before, after } = edit.granted;
  if (!options.json) io.out(`${lockDiffText(target.id.name, diff)}${diffText(file, before, after, io.paintOut)}`);
  if (!options.yes && !options.mayAsk) return { ...failed(target, [needsYes(target)]), locked: current.locked };
  if (!options.yes && !(await askYes(`take ${next.identity}?`))) return { ...current, outcome: 'declined' };
  // First what is allowed to run, then who may run it: between the two, the lock names both.
  const locked = changeLockFile(target.file, uid, (lock) => withPackage(lock, next.identity, installed.granted));
  if (!locked.allowed) return failed(target, locked.findings);
  const written = replacePolicy(file, before, after);
  if (!written.allowed) return failed(target, written.findings);
  return outcomeOf(next, 'updated', installed.granted, mismatch(next, installed.granted));
}

function known(target: Target, uid: number): LockedPackage | undefined {
  const read = readLockFile(target.file, uid);
  return read.allowed ? lockedPackage(read.granted, target.identity) : undefined;
}

interface Edit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** The policy with the new version in the place of the old one, wherever its servers name it, and nothing else changed. */
async function editPolicy(target: Target, next: Target, surveyed: Survey): Promise<Decision<Edit>> {
  const file = target.servers[0]?.command.at.file ?? '';
  const before = surveyed.texts.get(file) ?? '';
  const ids = target.servers.map(({ id }) => id);
  const isOfOneFile = target.servers.every(({ command }) => command.at.file === file);
  const edited = replacePackage(file, before, ids, { kind: target.kind, ...target.id }, next.id.version);
  if (!isOfOneFile || 'unclear' in edited)
    return deny(byHand(target, next, 'unclear' in edited ? edited.unclear : undefined));
  const after = edited.text;
  const parsed = await compileLayer(target.layer.kind, [{ file, text: after }]);
  const isRight =
    parsed.allowed &&
    parsed.granted.layer.servers.every(
      ({ id, identity }) => !ids.includes(id) || (identity && identityText(identity) === next.identity),
    );
  return isRight ? allow({ file, before, after }) : deny(byHand(target, next, undefined));
}

function byHand(target: Target, next: Target, at: Place | undefined): Finding {
  return refusal(
    'edit-impossible',
    `\`${next.identity}\` is there, and the policy’s line cannot be edited for you`,
    `write it in place of \`${target.identity}\`, then \`mcp-secure-run lock\``,
    at ?? target.servers[0]?.command.at,
  );
}

function needsYes({ servers }: Target): Finding {
  return refusal(
    'needs-terminal',
    'nothing was written: another version takes a person at a terminal, or `--yes`',
    `\`mcp-secure-run lock ${servers[0]?.id ?? ''} --update --yes\``,
    servers[0]?.command.at,
  );
}
