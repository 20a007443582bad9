import type { LaunchFault } from '../confine/launch-fault.ts';
import { openEgress, type Hosts, type Sandboxed } from './open-egress.ts';

/** Gives a sandbox that stands its way to the hosts of the plan, before the server in it starts; or says why it has none. */
export async function joinNetwork(
  network: Hosts,
  sandboxed: Sandboxed,
  helper: string | undefined,
  say: (line: string) => void,
): Promise<LaunchFault | undefined> {
  if (helper === undefined) return { kind: 'no-helper', what: 'hosts in `network`', at: network.because.at };
  const words = await openEgress(network, sandboxed, helper, say);
  return words === undefined ? undefined : { kind: 'no-network', words };
}
