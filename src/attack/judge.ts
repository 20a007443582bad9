import type { Outcome } from './attempt.ts';

export type Verdict = 'held' | 'not held' | 'not applicable';

export interface Judged {
  readonly verdict: Verdict;
  /** What stood in the way, what was got, or why it says nothing here: lower case but for names of errors. */
  readonly found: string;
}

/**
 * What the same attempt outside and inside says about the sandbox. What is got inside is got, whatever happened outside;
 * what nobody gets outside either shows nothing of the sandbox, and is not counted in its favour.
 */
export function judge(outside: Outcome, inside: Outcome): Judged {
  if (inside.is === 'done') return { verdict: 'not held', found: inside.found };
  if (outside.is === 'untried') return { verdict: 'not applicable', found: outside.why };
  if (outside.is === 'refused')
    return { verdict: 'not applicable', found: `not without a sandbox either, ${outside.why}` };
  if (inside.is === 'untried') return { verdict: 'not applicable', found: `${inside.why}, inside` };
  return { verdict: 'held', found: inside.why };
}
