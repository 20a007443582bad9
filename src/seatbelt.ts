import type { Values } from './confine/environment.ts';
import { prepareSeatbelt } from './confine/seatbelt/seatbelt.ts';
import type { Decision } from './finding/decision.ts';
import type { Plan } from './plan/plan.ts';
import { launchPrivately } from './relay/launch-privately.ts';
import type { Running } from './relay/launch.ts';

export { MACOS } from './plan/macos-layout.ts';

/** Everything that only macOS needs, loaded there: from a plan to a server that runs. */
export async function launchLaidOut(plan: Plan, values: Values): Promise<Decision<Running>> {
  return launchPrivately(prepareSeatbelt(plan, values));
}
