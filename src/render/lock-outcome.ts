import { printable } from '../finding/printable.ts';
import type { Finding } from '../finding/finding.ts';
import type { LockedPackage } from '../lock/lock.ts';

/** What became of one package. */
export interface LockOutcome {
  /** `npm:NAME@VERSION` or `pypi:NAME==VERSION`, as the policy says it now. */
  readonly identity: string;
  readonly servers: readonly string[];
  /** The lock that it is in. */
  readonly file: string;
  readonly outcome: 'locked' | 'installed' | 'unchanged' | 'updated' | 'declined' | 'failed';
  readonly locked: LockedPackage | undefined;
  readonly findings: readonly Finding[];
}

/** As version 1 of our documents has it: a member may be added, and none is taken away. */
export function lockOutcomeJson({ identity, servers, file, outcome, locked }: LockOutcome) {
  return {
    identity,
    servers,
    lock: file,
    outcome,
    integrity: locked?.integrity ?? null,
    published: locked?.published ?? null,
    license: locked?.license ?? null,
    dependencies: locked ? countOf(locked) : null,
    scripts: locked?.scripts ?? [],
  };
}

/** A line each. */
export function lockOutcomeText(
  outcomes: readonly LockOutcome[],
  pruned: { readonly entries: readonly string[]; readonly trees: readonly string[] } | undefined,
): string {
  const lines = outcomes.flatMap(lineOf);
  if (pruned) {
    lines.push(...pruned.entries.map((identity) => `removed ${printable(identity)} from the lock`));
    lines.push(`removed ${plural(pruned.trees.length, 'tree')} from the store`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function lineOf({ identity, outcome, locked }: LockOutcome): string[] {
  if (!locked) return [];
  const facts = [
    ...(locked.published === undefined ? [] : [`published ${locked.published}`]),
    `with ${plural(countOf(locked), 'dependency')}`,
    ...(locked.license === undefined ? [] : [printable(locked.license)]),
    ...(locked.scripts.length === 0 ? [] : [`did not run the install scripts of ${locked.scripts.join(', ')}`]),
  ];
  return [`${WORDS[outcome]} ${identity}: ${facts.join(', ')}`];
}

const WORDS: Record<LockOutcome['outcome'], string> = {
  locked: 'locked',
  installed: 'installed, as it is locked,',
  unchanged: 'unchanged',
  updated: 'updated to',
  declined: 'kept',
  failed: 'failed',
};

/** The package itself is none of them. */
function countOf({ dependencies }: LockedPackage): number {
  return Math.max(0, Object.keys(dependencies).length - 1);
}

function plural(count: number, word: string): string {
  return `${count} ${count === 1 ? word : word.replace(/y$/, 'ie').concat('s')}`;
}
