import { coversHost } from '../match/covers-host.ts';
import { parseHostPattern, type HostPattern } from '../match/host-pattern.ts';
import { isPublicAddress } from '../match/public-address.ts';
import { ceilingOf, type NetworkRule, type Policy } from '../policy/policy.ts';

/** What every layer that names a server, and the ceiling, say of its hosts. */
export function networkRules(policy: Policy, id: string): readonly NetworkRule[] {
  const ceiling = ceilingOf(policy);
  const own = policy.layers.flatMap(({ servers }) => servers.filter((server) => server.id === id));
  return [...own.map(({ network }) => network), ...(ceiling ? [ceiling.network] : [])];
}

/**
 * Whether a rule grants this one host. `any` is any public host; what a name leads to is looked at when it is dialled.
 */
export function grantsHost(rule: NetworkRule, target: HostPattern): boolean {
  if (rule.mode === 'list') return rule.hosts.some((pattern) => coversHost(pattern, target));
  return rule.mode === 'any' && (target.kind === 'name' || isPublicAddress(target.name));
}

/** Why a host is granted to a server by no entry of `network`, of one layer or another, or by the ceiling. */
export function whyNoHost(policy: Policy, id: string, value: string): string | undefined {
  const target = oneHost(value);
  const rules = networkRules(policy, id);
  return target && rules.length > 0 && rules.every((rule) => grantsHost(rule, target))
    ? undefined
    : 'is granted by no entry of `network`';
}

/** One host with its port, 443 unless said; undefined for a wildcard, or for what is no host. */
export function oneHost(text: string): HostPattern | undefined {
  const target = parseHostPattern(text);
  return target?.kind === 'name' || target?.kind === 'address' ? target : undefined;
}
