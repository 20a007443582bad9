import { lookup } from 'node:dns/promises';
import { canonicalHost, type HostPattern } from '../match/host-pattern.ts';
import { hostText } from '../match/covers-host.ts';
import { isPublicAddress } from '../match/public-address.ts';

/**
 * Entries of `network` for a registry: its host, and those of its addresses that are not public. That a registry lies
 * in a company's network is what npm's configuration, or whoever runs its name server, chose; and no more of that
 * network is opened than what the name leads to now. With a proxy nothing is looked up: that is the proxy's.
 */
export async function networkFor(host: HostPattern, proxy: string | undefined): Promise<readonly string[]> {
  const entry = hostText(host);
  if (host.kind === 'address' || proxy !== undefined) return [entry];
  const found = await addressesOf(host.name);
  const inner = found.filter((address) => !isPublicAddress(address));
  return [entry, ...inner.map((name) => hostText({ kind: 'address', name, port: host.port }))];
}

/** None where the name is not known: npm says so itself. */
async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).flatMap(({ address }) => canonicalHost(address) ?? []);
  } catch {
    return [];
  }
}

/** On the host of a registry: npm turns its public one's tarballs to a mirror that takes its place. */
export function isFromOneOf(registries: readonly string[], address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { host, protocol } = new URL(address);
  return registries.some((registry) => new URL(registry).host === host && new URL(registry).protocol === protocol);
}
