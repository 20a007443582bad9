import type { Sandboxed } from '../egress/open-egress.ts';
import type { Plan } from '../plan/plan.ts';
import type { LaunchFault } from './launch-fault.ts';

/** What `egress/open-egress.ts` is, when it is loaded. */
export type EgressModule = typeof import('../egress/open-egress.ts'); // eslint-disable-line typescript/consistent-type-imports

/** Gives a sandbox that stands its way to the hosts of the plan, before the server in it starts. */
export async function joinNetwork(
  network: Plan['network'],
  sandboxed: Sandboxed,
  helper: string | undefined,
  egress: () => Promise<EgressModule>,
  say: (line: string) => void,
): Promise<LaunchFault | undefined> {
  if (network.mode !== 'hosts') return undefined;
  if (helper === undefined) return { kind: 'no-helper', what: 'hosts in `network`', at: network.because.at };
  const words = await (await egress()).openEgress(network, sandboxed, helper, say);
  return words === undefined ? undefined : { kind: 'no-network', words };
}
