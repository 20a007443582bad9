import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from '../finding/finding.ts';
import { refusal } from '../finding/finding.ts';
import { mayWrite } from '../host/may-write.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { LOCK_FILE, type Lock } from '../lock/lock.ts';
import type { Host } from '../plan/host.ts';
import { MANAGED } from '../plan/protected-path.ts';
import type { Policy } from '../policy/policy.ts';
import { changeLockFile, lockFileOf, readLockFile } from '../state/lock-file.ts';
import { pythonStoreIn, storeIn, type Store } from '../store/places.ts';
import { pathOf } from '../store/stat-manifest.ts';
import { programsNamedBy } from './lock-programs.ts';
import { namedBy } from './lock-targets.ts';

export interface Pruned {
  /** What was taken out of locks, and trees out of the store. */
  readonly entries: readonly string[];
  readonly trees: readonly string[];
  readonly findings: readonly Finding[];
}

/** Removes from locks what their policy no longer names, and from the store what no lock names. */
export function prune({ layers }: Policy, host: Host): Pruned {
  const { uid } = host.account;
  const entries: string[] = [];
  const findings: Finding[] = [];
  for (const layer of layers) {
    const file = lockFileOf(layer);
    if (!mayWrite(dirname(file))) continue;
    const [named, programs] = [namedBy(layer), programsNamedBy(layer)];
    const changed = changeLockFile(file, uid, (lock) => {
      const gone = Object.keys(lock.packages).filter((identity) => !named.has(identity));
      const gonePrograms = Object.keys(lock.programs ?? {}).filter((asked) => !programs.has(asked));
      entries.push(...gone, ...gonePrograms);
      return withoutPrograms(withoutPackages(lock, gone), gonePrograms);
    });
    if (!changed.allowed) findings.push(...changed.findings);
  }
  // With `--policy`, the store is shared with the account's own policy: what that one's lock names stays too.
  const own = [...layers.map(lockFileOf), lockFileOf({ kind: 'managed', files: [MANAGED] })];
  const locks = [...new Set([...own, `${host.directories.config}/${LOCK_FILE}`])].map((file) =>
    readLockFile(file, uid),
  );
  const unread = locks.flatMap((lock) => (lock.allowed ? [] : lock.findings));
  // A lock that cannot be read may name any tree.
  if (unread.length > 0 || findings.length > 0) return { entries, trees: [], findings: [...findings, ...unread] };
  const kept = new Set(
    locks.flatMap((lock) =>
      lock.allowed ? Object.values(lock.granted.packages).flatMap(({ manifests }) => Object.values(manifests)) : [],
    ),
  );
  const removed = [storeIn, pythonStoreIn].map((store) => removeTrees(store(host.directories), kept));
  return {
    entries,
    trees: removed.flatMap(({ trees }) => trees),
    findings: removed.flatMap((one) => one.findings),
  };
}

function withoutPackages(lock: Lock, gone: readonly string[]): Lock {
  return {
    ...lock,
    packages: Object.fromEntries(Object.entries(lock.packages).filter(([key]) => !gone.includes(key))),
  };
}

function withoutPrograms({ programs = {}, ...lock }: Lock, gone: readonly string[]): Lock {
  const left = Object.entries(programs).filter(([asked]) => !gone.includes(asked));
  return left.length === 0 ? lock : { ...lock, programs: Object.fromEntries(left) };
}

function removeTrees({ trees, stats }: Store, kept: ReadonlySet<string>): Omit<Pruned, 'entries'> {
  const gone: string[] = [];
  try {
    for (const name of readdirSync(trees).filter((one) => /^[\da-f]{64}$/.test(one) && !kept.has(one))) {
      if (!lstatSync(`${trees}/${name}`).isDirectory()) continue;
      rmSync(`${trees}/${name}`, { recursive: true, force: true });
      rmSync(pathOf(stats, name), { force: true });
      gone.push(name);
    }
  } catch (error) {
    if (!isAbsent(error)) {
      const fault = refusal('lock-failed', `${trees} cannot be emptied (${codeOf(error)})`, `\`namei -l ${trees}\``);
      return { trees: gone, findings: [fault] };
    }
  }
  return { trees: gone, findings: [] };
}
