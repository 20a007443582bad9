import type { MatchContext } from '../match/why-not.ts';
import type { Host } from '../plan/host.ts';
import { matchingFor, type Engines } from '../plan/matching.ts';
import type { ParsedLayer } from '../policy-text/parse-policy.ts';
import type { ServerPolicy } from '../policy/policy.ts';
import type { ServerRules, ToolRow } from '../policy/rules.ts';

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
