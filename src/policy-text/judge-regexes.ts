import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Matcher } from '../match/matcher.ts';
import { isSlot, type Layer } from '../policy/policy.ts';
import type { ServerRules } from '../policy/rules.ts';
import type { ParsedLayer } from './parse-policy.ts';
import { MOST_FINDINGS } from './source.ts';

/** Regular expressions that the linear-time engine does not take. It is loaded only where a policy has one. */
export async function judgeRegexes({ layer, rules }: ParsedLayer): Promise<Finding[]> {
  const patterns = [...ofServers(layer), ...rules.flatMap(ofRules)].flatMap(([matcher, at]) => inMatcher(matcher, at));
  if (patterns.length === 0) return [];
  const { compileRegex } = await import('../match/regex.ts');
  const findings = patterns.flatMap(([pattern, at]) => {
    const compiled = compileRegex(pattern);
    if (compiled.ok) return [];
    const message = `\`${pattern}\` ${compiled.reason}`;
    return [refusal('policy-value', message, 'write it in RE2’s syntax, which is matched in linear time', at)];
  });
  return findings.slice(0, MOST_FINDINGS);
}

type At = readonly [Matcher, Place];

function ofServers({ servers }: Layer): At[] {
  return servers.flatMap(({ args, pass }) => [
    ...args.flatMap((argument): At[] => (isSlot(argument) ? [[argument.slot, argument.at]] : [])),
    ...pass.flatMap(({ value, at }): At[] => (value ? [[value, at]] : [])),
  ]);
}

function ofRules({ tools }: ServerRules): At[] {
  return (tools ?? []).flatMap((row) => Object.values(row.arguments ?? {}).map(({ value, at }): At => [value, at]));
}

function inMatcher({ match, each }: Matcher, at: Place): (readonly [string, Place])[] {
  return [...(match === undefined ? [] : [[match, at] as const]), ...(each ? inMatcher(each, at) : [])];
}
