import { admits, parseHostPattern, type HostPattern } from '../match/host-pattern.ts';
import type { MatchContext } from '../match/why-not.ts';
import { admitsAny } from '../plan/answer-host.ts';
import type { Host } from '../plan/host.ts';
import { matchingFor, type Engines } from '../plan/matching.ts';
import type { ParsedLayer } from '../policy-text/parse-policy.ts';
import type { ServerPolicy } from '../policy/policy.ts';
import type { NetworkRule, ServerRules, ToolRow } from '../policy/rules.ts';

/** What every layer that names a server, and the ceiling, say of its hosts. */
export function networkRules(parsed: readonly ParsedLayer[], id: string): NetworkRule[] {
  const ceilings = parsed.flatMap(({ ceiling }) => (ceiling ? [ceiling.network] : []));
  return [...rulesOf(parsed, id).map(({ network }) => network), ...ceilings];
}

/** The same of its tools; undefined where one says nothing of them. */
export function toolTables(parsed: readonly ParsedLayer[], id: string): (readonly ToolRow[] | undefined)[] {
  const ceilings = parsed.flatMap(({ ceiling }) => (ceiling ? [ceiling.tools] : []));
  return [...rulesOf(parsed, id).map(({ tools }) => tools), ...ceilings];
}

export function rulesOf(parsed: readonly ParsedLayer[], id: string): ServerRules[] {
  return parsed.flatMap(({ rules }) => rules.filter((one) => one.id === id));
}

/** How arguments of a tool are judged: values of JSON. */
export function judgingCalls(server: ServerPolicy, host: Host, engines: Engines): MatchContext {
  return { ...matchingFor(server, host, engines), from: 'json' };
}

/** Why a host is granted to a server by no entry of `network`, of one layer or another, or by the ceiling. */
export function whyNoHost(parsed: readonly ParsedLayer[], id: string, value: string): string | undefined {
  const target = parseHostPattern(value);
  const isGrantedBy = (rule: NetworkRule): boolean => target !== undefined && isGranted(rule, target);
  const rules = networkRules(parsed, id);
  return target && isOneHost(target) && rules.length > 0 && rules.every(isGrantedBy)
    ? undefined
    : 'is granted by no entry of `network`';
}

function isOneHost({ kind }: HostPattern): boolean {
  return kind === 'name' || kind === 'address';
}

function isGranted(rule: NetworkRule, target: HostPattern): boolean {
  if (rule.mode !== 'list') return rule.mode === 'any' && admitsAny(target);
  return rule.hosts.some((pattern) => admits(pattern, target.name, target.port));
}
