import { warning, type Finding } from '../../finding/finding.ts';
import type { Matcher } from '../../match/matcher.ts';
import type { ParsedLayer } from '../parse-policy.ts';

/**
 * A rule for a tool's argument is a filter on messages, and the boundary is `files`. Where the server can write all that
 * is granted while only some tools' arguments are held to it, the grant is what counts.
 */
export function adviseGrants({ layer, rules }: ParsedLayer): Finding[] {
  return rules.flatMap(({ id, tools = [] }) => {
    const server = layer.servers.find((one) => one.id === id);
    const limited = tools.flatMap((row) => Object.values(row.arguments ?? {})).filter(({ value }) => isPlace(value));
    const [widest] = server ? [...server.write, ...server.read] : [];
    const [first] = limited;
    if (!first || !widest) return [];
    return [
      warning(
        'grant-wider-than-rule',
        `a rule holds an argument of \`${id}\` to less than \`files\` grants, and the server itself is not held to it`,
        'grant in `files` only what the rule admits: `files` is the boundary, a rule is a filter',
        first.at,
        { message: 'granted here', place: widest.at },
      ),
    ];
  });
}

/** A rule that names places itself, where `path:` would have gone by `files`. */
function isPlace({ equals, oneOf, match, each }: Matcher): boolean {
  const words = [equals, ...(oneOf ?? []), match?.replace(/^\^/, '')];
  return (
    words.some((word) => typeof word === 'string' && /^(?:\/|~\/)/.test(word)) || (each !== undefined && isPlace(each))
  );
}
