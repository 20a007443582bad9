import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canonicalHost, type HostPattern } from '../match/host-pattern.ts';
import { isPublicAddress } from '../match/public-address.ts';
import { grantsHost } from '../plan/granted-host.ts';
import type { NetworkRule } from '../policy/policy.ts';

/** A connection, or the rest of a sentence that begins with the host. */
export type Dialled = { readonly socket: Socket } | { readonly refused: string } | { readonly failed: string };

/**
 * Connects to a host that the rules grant. What its name leads to is looked at before, and that very address is dialled:
 * no second answer of a name server comes between (DNS rebinding). An address that is not public must be listed itself.
 */
export async function dial(target: HostPattern, rules: readonly NetworkRule[]): Promise<Dialled> {
  const judged = await addressesFor(target, rules);
  return 'addresses' in judged ? open(judged.addresses, target.port) : judged;
}

/** The addresses of a host that may be dialled, or why there is none. */
export async function addressesFor(
  target: HostPattern,
  rules: readonly NetworkRule[],
): Promise<{ readonly addresses: readonly string[] } | Exclude<Dialled, { socket: Socket }>> {
  const found = target.kind === 'address' ? [target.name] : await addressesOf(target.name);
  const [first] = found;
  if (first === undefined) return { failed: 'cannot be found' };
  const addresses = found.filter((address) => mayDial(address, target.port, rules));
  return addresses.length > 0
    ? { addresses }
    : { refused: `leads to ${first}, which is not public: list that address with its port too` };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    // It reads the resolver's configuration when it is loaded: not before the first name, on no start.
    const { lookup } = process.getBuiltinModule('node:dns/promises');
    const answers = await lookup(name, { all: true, verbatim: true });
    return answers.flatMap(({ address }) => canonicalHost(address) ?? []); // with a zone, it is of this machine alone
  } catch {
    return []; // there is no such name, or nobody who knows it
  }
}

/** What this machine is reachable by is not the internet, though it may look so. */
function mayDial(address: string, port: number, rules: readonly NetworkRule[]): boolean {
  const isOwn = Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => canonicalHost(entry.address) === address),
  );
  if (isPublicAddress(address) && !isOwn) return true;
  const pattern: HostPattern = { kind: 'address', name: address, port };
  return rules.every((rule) => rule.mode === 'list' && grantsHost(rule, pattern));
}

/** To the first of these addresses that takes it, both families at once after a moment (RFC 8305). */
async function open(addresses: readonly string[], port: number): Promise<Dialled> {
  const answers = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const socket = connect({
    host: 'checked', // never looked up: the answers stand
    port,
    allowHalfOpen: true,
    noDelay: true,
    autoSelectFamily: true,
    lookup: (_name, _options, done) => done(null, answers),
  });
  return new Promise((resolve) => {
    const patience = setTimeout(() => fail('does not answer'), PATIENCE);
    const fail = (how: string): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve({ failed: how });
    };
    socket.once('error', ({ message }) => fail(`cannot be reached (${message || 'no address answers'})`));
    socket.once('connect', () => {
      clearTimeout(patience);
      resolve({ socket });
    });
  });
}

/** Milliseconds. */
const PATIENCE = 15_000;
