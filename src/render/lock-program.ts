import type { Finding } from '../finding/finding.ts';
import { printable } from '../finding/printable.ts';

/** What became of a program that is no package. */
export interface ProgramOutcome {
  /** As the policy writes it. */
  readonly program: string;
  readonly servers: readonly string[];
  /** The lock that it is in. */
  readonly file: string;
  readonly outcome: 'locked' | 'unchanged' | 'updated' | 'declined' | 'failed';
  /** What the lock says now. */
  readonly sha256: string | undefined;
  readonly findings: readonly Finding[];
}

/** As version 1 of our documents has it: a member may be added, and none is taken away. */
export function programOutcomeJson({ program, servers, file, outcome, sha256 }: ProgramOutcome) {
  return { program, servers, lock: file, outcome, sha256: sha256 ?? null };
}

/** A line each. What is recorded is what is there: whether it is any good, who types `lock` has to know. */
export function programOutcomeText(outcomes: readonly ProgramOutcome[]): string {
  return outcomes.flatMap(lineOf).join('');
}

function lineOf({ program, outcome, sha256 }: ProgramOutcome): string[] {
  if (outcome === 'failed') return [];
  const isNew = outcome === 'locked' || outcome === 'updated';
  const how = isNew ? ', as it is now: what is in it, nothing here has reviewed' : '';
  return [`${WORDS[outcome]} ${printable(program)}: sha256 ${sha256 ?? ''}${how}\n`];
}

const WORDS = { locked: 'locked', unchanged: 'unchanged', updated: 'updated', declined: 'kept' } as const;
