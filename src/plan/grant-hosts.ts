import { coversHost, hostText } from '../match/covers-host.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import { ceilingOf, type NetworkRule, type Placed, type Policy } from '../policy/policy.ts';
import type { GrantedNetwork } from './decide-network.ts';
import type { Entries } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Because, Narrowing } from './plan.ts';

/** The hosts that every layer that names a server, and the ceiling, grant it; and what one of them grants in vain. */
export function grantHosts(entries: Entries, policy: Policy, host: Host): Decision<GrantedNetwork> {
  const [{ server }] = entries;
  const rules = placedRules(entries, policy);
  const narrowed = findNarrowed(rules);
  const nothing = rules.find(({ rule }) => isEmpty(rule));
  if (nothing) return allow({ network: { mode: 'none', because: whyNone(nothing.rule) }, narrowed });
  const [strongest] = rules;
  const names = reachableByName(rules.map(({ rule }) => rule));
  if (host.platform === 'darwin')
    return deny(
      refusal(
        'not-enforced-yet',
        'hosts in `network` are not enforced on macOS by this version',
        'write `network: none`, or give up the network’s confinement: `unsafe: [host-network]`',
        strongest?.at,
      ),
    );
  const egress = policy.layers.find((layer) => layer.egress)?.egress; // the strongest that knows a way says it for all
  const fault = egress?.ca && findCertificateFault(egress.ca, host);
  if (fault) return deny(fault);
  return allow({
    network: {
      mode: 'hosts',
      rules: rules.map(({ rule }) => rule),
      names,
      proxyPort: freePort(names.map(({ port }) => port)),
      ...(egress && { egress }),
      because: { reason: '`network`', at: strongest?.at ?? server.at },
    },
    narrowed,
  });
}

/** It is read by us, for what stands behind the machine’s own. */
function findCertificateFault({ value, at }: Placed<string>, host: Host): Finding | undefined {
  if (host.file(value)?.kind !== 'file')
    return refusal('grant-missing', `\`${value}\` is no file`, 'write the file with the certificates', at);
  return host.head(value) === undefined
    ? refusal('grant-missing', `\`${value}\` cannot be read`, `see who may read it: \`namei -l ${value}\``, at)
    : undefined;
}

interface PlacedRule {
  readonly rule: NetworkRule;
  readonly at: Place;
  readonly isCeiling: boolean;
}

function placedRules(entries: Entries, policy: Policy): PlacedRule[] {
  const ceiling = ceilingOf(policy);
  return [
    ...entries.map(({ server }) => placed(server.network, server.at, false)),
    ...(ceiling ? [placed(ceiling.network, ceiling.at, true)] : []),
  ];
}

function placed(rule: NetworkRule, otherwise: Place, isCeiling: boolean): PlacedRule {
  return { rule, at: (rule.mode === 'list' ? rule.hosts[0]?.at : rule.at) ?? otherwise, isCeiling };
}

function isEmpty(rule: NetworkRule): boolean {
  return rule.mode === 'none' || (rule.mode === 'list' && rule.hosts.length === 0);
}

function whyNone(rule: NetworkRule): Because {
  const reason = 'a network of its own, with nothing in it';
  return rule.mode === 'none' && rule.at ? { reason, at: rule.at } : { reason };
}

/** What a layer grants and a stronger one or the ceiling does not. */
function findNarrowed(rules: readonly PlacedRule[]): Narrowing[] {
  return rules.flatMap(({ rule, isCeiling }, index) => {
    if (isCeiling) return [];
    const above = rules.filter((other, at) => at < index || other.isCeiling);
    return grantsOf(rule).flatMap(({ what, at, pattern }) => {
      const by = above.find((other) => !coversAll(other.rule, pattern));
      return by ? [{ what, at, by: by.at }] : [];
    });
  });
}

function grantsOf(rule: NetworkRule): { what: string; at: Place; pattern?: HostPattern }[] {
  if (rule.mode === 'list')
    return rule.hosts.map((pattern) => ({ what: `host ${hostText(pattern)}`, at: pattern.at, pattern }));
  return rule.mode === 'any' && rule.at ? [{ what: 'any host', at: rule.at }] : [];
}

/** Without a pattern: every public host. What an address leads to is looked at when it is dialled. */
function coversAll(rule: NetworkRule, pattern: HostPattern | undefined): boolean {
  if (rule.mode !== 'list') return rule.mode === 'any';
  return pattern !== undefined && rule.hosts.some((outer) => coversHost(outer, pattern));
}

/**
 * Names that are spelled out can be reached without a proxy: each has an address of its own on the sandbox's loopback,
 * which `/etc/hosts` inside tells. So a program that knows no proxies, such as a database's driver, finds them too.
 */
function reachableByName(rules: readonly NetworkRule[]) {
  const patterns = rules
    .flatMap((rule) => (rule.mode === 'list' ? rule.hosts : []))
    .filter(({ kind, name }) => (kind === 'name' || kind === 'domain') && name !== 'localhost')
    .map(({ name, port }): HostPattern => ({ kind: 'name', name, port }))
    .filter((pattern) => rules.every((rule) => coversAll(rule, pattern)));
  const names = [...new Set(patterns.map(({ name }) => name))].toSorted();
  const ports = new Set(patterns.map((pattern) => `${names.indexOf(pattern.name)}:${pattern.port}`));
  return [...ports].map((entry) => {
    const [index = 0, port = 0] = entry.split(':').map(Number);
    return { name: names[index] ?? '', port, address: `127.1.${index >> 8}.${index & 255}` };
  });
}

/** Of the sandbox's own loopback, where all the others are free. */
function freePort(taken: readonly number[], port = 3128): number {
  return taken.includes(port) ? freePort(taken, port + 1) : port;
}
