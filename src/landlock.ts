import { prepareLandlock } from './confine/landlock.ts';
import type { Values } from './confine/environment.ts';
import { deny, type Decision } from './finding/decision.ts';
import { threadsOf } from './host/threads-of.ts';
import type { Plan } from './plan/plan.ts';
import { helperIn } from './relay/helper.ts';
import { launchInPrivate } from './relay/launch-privately.ts';
import type { Diagnosis, Running } from './relay/launch.ts';

export { LANDLOCK } from './plan/landlock-layout.ts';

/** Everything that `landlock-only` needs, loaded where a policy gives up namespaces: from a plan to a server that runs. */
export async function launchLaidOut(
  plan: Plan,
  values: Values,
  { built, refusal: diagnosis }: { readonly built: string; readonly refusal: () => Promise<Diagnosis> },
): Promise<Decision<Running>> {
  if (helperIn(built) === undefined) {
    const fault = { kind: 'no-helper', what: '`landlock-only`', at: plan.confinement.because.at } as const;
    return deny((await diagnosis()).tellFault(fault));
  }
  return launchInPrivate(prepareLandlock(plan, values, threadsOf(plan.account.uid)), built, diagnosis);
}
