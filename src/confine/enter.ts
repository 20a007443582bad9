import type { Plan } from '../plan/plan.ts';
import { processLimits } from './process-limits.ts';
import type { Descriptor } from './spawn.ts';

/**
 * The command that bubblewrap starts inside, before the server: it sets what a process may use up, says that the sandbox
 * stands, waits to be told that the launcher still lives, and becomes the server. What it cannot set ends it, unless
 * less is allowed already. `--die-with-parent` alone has a gap of some milliseconds between fork(2) and prctl(2), in
 * which a killed launcher leaves a server behind: hence the wait.
 */
export type Enter = (
  plan: Pick<Plan, 'limits' | 'argv' | 'program'>,
  pass: (descriptor: Descriptor) => string,
) => readonly string[];

/** What is said of a sandbox that stands, where the package in it was seen to be as it was kept. */
export const TREE_IS_AS_KEPT = '=';

/** By the native helper, which is executed through its descriptor and so needs no place in the sandbox. */
export const enterByHelper: Enter = ({ limits, argv }, pass) => {
  const words = processLimits(limits).map(({ number, soft, hard }) => `${number}:${soft}:${hard}`);
  return [`/proc/self/fd/${pass({ kind: 'helper' })}`, HELPER_ENTERS, ...words, '--', ...argv];
};

export const HELPER_ENTERS = 'enter';
