import { confineInContainer } from './confine/container.ts';
import type { Values } from './confine/environment.ts';
import type { Decision } from './finding/decision.ts';
import type { Plan } from './plan/plan.ts';
import { caller, launchContainer as launchContained } from './relay/launch-container.ts';
import type { Running } from './relay/launch.ts';

export { resolveContainer } from './plan/resolve-container.ts';

/** Everything that only images need: from a policy to a plan, and from that to a server that runs. */
export async function launchContainer(plan: Plan, values: Values): Promise<Decision<Running>> {
  return launchContained(confineInContainer(plan, values, caller()));
}
