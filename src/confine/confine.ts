import type { Plan } from '../plan/plan.ts';
import { accountOf } from './account.ts';
import { confineByBubblewrap, type MaskModule } from './bubblewrap.ts';
import type { Enter } from './enter.ts';
import { environmentOf, type Values } from './environment.ts';
import type { Spawn } from './spawn.ts';

/**
 * How a plan is put into force on Linux, and without a sandbox anywhere. `values` are what it does not hold; they go
 * from here into the process, and nowhere else. `enter` is what stands between bubblewrap and the server.
 */
export function confine(plan: Plan, values: Values, enter: Enter, masks: MaskModule): Spawn {
  return plan.confinement.by === 'nothing'
    ? unconfined(plan, environmentOf(plan, values))
    : confineByBubblewrap(plan, values, enter, masks);
}

/** `unsafe: [no-sandbox]`: the checked program, with the built environment, in a directory of ours. */
function unconfined(plan: Plan, env: Spawn['env']): Spawn {
  const [file, ...args] = plan.argv;
  return { file, args, env, cwd: plan.cwd.path, account: accountOf(plan), descriptors: [], waits: false, masks: [] };
}
