import { allowUnless, type Decision } from '../finding/decision.ts';
import type { Layer } from '../policy/policy.ts';
import { judgeRegexes } from './judge-regexes.ts';
import { parseLayer, type ParsedLayer, type PolicyText } from './parse-policy.ts';

export { parseProject } from './parse-policy.ts';

/** The files of one layer as that layer, or everything that is wrong with them. */
export async function compileLayer(kind: Layer['kind'], texts: readonly PolicyText[]): Promise<Decision<ParsedLayer>> {
  const parsed = parseLayer(kind, texts);
  return parsed.allowed ? allowUnless(await judgeRegexes(parsed.granted), parsed.granted) : parsed;
}
