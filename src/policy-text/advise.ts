import type { Finding } from '../finding/finding.ts';
import { adviseGrants } from './advice/grant-wider-than-rule.ts';
import { adviseSecrets } from './advice/secret-literal.ts';
import { adviseTools } from './advice/tool-never-matches.ts';
import { adviseUnsafe } from './advice/unsafe-entry.ts';
import { adviseWildcards } from './advice/host-wildcard.ts';
import type { ParsedLayer } from './parse-policy.ts';

/** What a careful reader would say of a policy that is valid. A new rule is a file in `advice/` and a name here. */
export function advise(parsed: ParsedLayer): Finding[] {
  return ADVICE.flatMap((rule) => rule(parsed));
}

const ADVICE = [adviseUnsafe, adviseSecrets, adviseWildcards, adviseTools, adviseGrants];
