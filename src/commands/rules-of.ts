import { admits, parseHostPattern } from '../match/host-pattern.ts';
import type { MatchContext } from '../match/why-not.ts';
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

/** How arguments of a tool are judged: JSON values, and hosts by `network`. */
export function judgingCalls(
  parsed: readonly ParsedLayer[],
  server: ServerPolicy,
  host: Host,
  engines: Engines,
): MatchContext {
  const rules = networkRules(parsed, server.id);
  return {
    ...matchingFor(server, host, engines),
    from: 'json',
    host: (value) => {
      const target = parseHostPattern(value);
      const isOne = target !== undefined && (target.kind === 'name' || target.kind === 'address');
      return isOne && rules.every((rule) => isGranted(rule, target.name, target.port))
        ? undefined
        : 'is granted by no entry of `network`';
    },
  };
}

function isGranted(rule: NetworkRule, name: string, port: number): boolean {
  return rule.mode === 'any' || (rule.mode === 'list' && rule.hosts.some((pattern) => admits(pattern, name, port)));
}
