import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import type { Policy } from '../policy/policy.ts';
import { referenceText } from '../policy/reference.ts';
import type { Answer } from './answer.ts';
import { BASE_NAMES } from './base-env.ts';
import type { Entries } from './decide-server.ts';
import { grantEnv } from './grant-env.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import type { EnvRule } from './plan.ts';

/** Whether a server has a variable, and from where. Never its value. */
export function answerEnv(
  name: string,
  entries: Entries,
  policy: Policy,
  host: Host,
  engines: Engines,
): Decision<Answer> {
  const [{ server }] = entries;
  const env = grantEnv(entries, policy, host, engines);
  if (!env.allowed) return deny(...env.findings);
  const rule = env.granted.find((one) => one.name === name);
  if (rule) {
    return allow({ what: `${name}: ${originOf(rule)}`, because: [rule.because] });
  }
  if (BASE_NAMES.includes(name))
    return allow({ what: `${name}: set by mcp-secure-run`, because: [{ reason: 'every server has it' }] });
  return deny(
    refusal(
      'env-not-granted',
      `\`${server.id}\` does not have \`${name}\`, whatever the client’s environment holds`,
      `\`mcp-secure-run allow ${server.id} --env ${name}\``,
      server.at,
    ),
  );
}

function originOf(rule: EnvRule): string {
  if (rule.from === 'client') return 'as the client has it';
  return rule.from === 'secret' ? `from ${referenceText(rule.reference)}` : 'with the value that the policy gives';
}
