import type { Attempt, Machine } from './machine.ts';

/** The attempts that failed; none where none was made. */
export function failedAttempts({ attempts = [] }: Pick<Machine, 'attempts'>): readonly Attempt[] {
  return attempts.filter(({ said }) => said !== undefined);
}

/** What bubblewrap said of one; undefined where it could, and where it was not tried. */
export function saidOf(machine: Pick<Machine, 'attempts'>, made: Attempt['made']): string | undefined {
  return machine.attempts?.find((attempt) => attempt.made === made)?.said;
}

/** The last line of what bubblewrap said, without its name. */
export function lastWords(said: string): string {
  const last =
    said
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^bwrap: /, '') ?? '';
  return last === '' ? 'it said nothing' : last;
}

/** ENOSPC: a limit on namespaces, user.max_*_namespaces, is reached. */
export function isUsedUp(said: string): boolean {
  return /No space left on device|ENOSPC/.test(said);
}
