import { realpathSync } from 'node:fs';
import type { LaunchFault } from '../confine/launch-fault.ts';
import { ignoresProxy } from './ignores-proxy.ts';
import { openEgress, type Hosts, type Sandboxed, type Serving } from './open-egress.ts';

/** Makes, while a sandbox is built, its way to the hosts of the plan; or says why it has none. */
export async function joinNetwork(
  network: Hosts,
  sandboxed: Sandboxed,
  helper: string | undefined,
  say: (line: string) => void,
  serving: Serving,
): Promise<LaunchFault | undefined> {
  if (helper === undefined) return { kind: 'no-helper', what: 'hosts in `network`', at: network.because.at };
  if (
    isByProxy(network) &&
    sandboxed.program.interpreter?.real === realpathSync.native(process.execPath) &&
    ignoresProxy(process.versions.node)
  )
    say(
      `\`${sandboxed.server}\` runs on Node.js ${process.versions.node}, which asks no proxy: of \`network\` it reaches names that are spelled out, and the others from Node.js 22.21 or 24.5 on`,
    );
  const words = await openEgress(network, sandboxed, helper, say, serving);
  return words === undefined ? undefined : { kind: 'no-network', words };
}

/** Whether some of the hosts are reached by asking the proxy alone. */
function isByProxy({ rules }: Hosts): boolean {
  return rules.every(
    (rule) => rule.mode === 'any' || (rule.mode === 'list' && rule.hosts.some(({ kind }) => kind !== 'name')),
  );
}
