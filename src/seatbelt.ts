import { prepareSeatbelt } from './confine/seatbelt/seatbelt.ts';
import type { Decision } from './finding/decision.ts';
import type { Plan } from './plan/plan.ts';
import { launchPrivately } from './relay/launch-privately.ts';
import type { Running } from './relay/launch.ts';

export { MACOS } from './plan/macos-layout.ts';

/** Everything that only macOS needs, loaded there: from a plan to a server that runs. */
export async function launchSeatbelt(
  plan: Plan,
  variable: (name: string) => string | undefined,
): Promise<Decision<Running>> {
  return launchPrivately(prepareSeatbelt(plan, variable));
}
