import { allow, type Decision } from '../finding/decision.ts';
import { unsafeAt, type Policy } from '../policy/policy.ts';
import type { Entries } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import type { Engines } from './matching.ts';
import type { Narrowing, Plan } from './plan.ts';

export interface GrantedNetwork {
  readonly network: Plan['network'];
  readonly narrowed: readonly Narrowing[];
}

/** What a server may reach: nothing, the hosts that are granted, or all that the machine can. */
export function decideNetwork(
  entries: Entries,
  policy: Policy,
  host: Host,
  { grantHosts }: Engines,
  layout: Layout | undefined,
): Decision<GrantedNetwork> {
  const [{ server }] = entries;
  const bare = unsafeAt(server, 'no-sandbox');
  const open = unsafeAt(server, 'host-network') ?? bare;
  if (open) {
    const reason = bare ? '`unsafe`' : '`unsafe: [host-network]`';
    return allow({ network: { mode: 'host', because: { reason, at: open } }, narrowed: [] });
  }
  if (entries.every((entry) => entry.server.network.mode === 'none')) {
    const { network } = server;
    const at = network.mode === 'none' ? network.at : undefined;
    const because = {
      reason: layout?.noNetwork ?? 'a network of its own, with nothing in it',
      ...(at && { at }),
    };
    return allow({ network: { mode: 'none', because }, narrowed: [] });
  }
  if (!grantHosts) throw new Error('what grants hosts was not loaded');
  return grantHosts(entries, policy, host);
}
