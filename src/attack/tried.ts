import type { Attack } from './attack.ts';
import type { Judged } from './judge.ts';

/** An attack that was made, and how it went. */
export interface Tried extends Judged {
  readonly attack: Attack;
}

/** Whether it says that the sandbox has a hole that nobody told of. */
export function isFault({ attack, verdict }: Tried): boolean {
  return verdict === 'not held' && attack.known === undefined;
}

/** What to do about an attack that succeeded. */
export function hintFor({ attack, verdict }: Tried): string | undefined {
  return verdict === 'not held' ? (attack.hint ?? HINT) : undefined;
}

const HINT = 'start no server here that you do not trust; `mcp-secure-run doctor` shows what this machine lacks';
