import { warning, type Finding, type Place } from '../../finding/finding.ts';
import { isSlot } from '../../policy/policy.ts';
import type { ParsedLayer } from '../parse-policy.ts';

/** Values that look like keys: whoever reads or copies the policy has them. They are never shown. */
export function adviseSecrets({ layer }: ParsedLayer): Finding[] {
  return layer.servers.flatMap(({ id, env, args }) => [
    ...env
      .filter((one) => isKey(one.value) || (isSecretName(one.name) && one.value.length >= MIN_SECRET))
      .map(({ name, at }) => literal(`\`${name}\` of \`${id}\``, at)),
    ...args.flatMap((argument) =>
      !isSlot(argument) && isKey(argument.value) ? [literal(`an argument of \`${id}\``, argument.at)] : [],
    ),
  ]);
}

/**
 * Forms of keys that their issuers publish for scanners: GitHub, GitLab, Slack, AWS, Google, OpenAI and Anthropic,
 * Stripe, npm, PyPI, JSON web tokens, and a password inside a URL.
 */
function isKey(value: string): boolean {
  return KEYS.test(value);
}

const KEYS = new RegExp(
  [
    'gh[pousr]_[A-Za-z0-9]{36}',
    'github_pat_[A-Za-z0-9_]{22,}',
    'glpat-[A-Za-z0-9_-]{20}',
    'xox[abposr]-[A-Za-z0-9-]{10,}',
    '(?:AKIA|ASIA)[A-Z0-9]{16}',
    'AIza[A-Za-z0-9_-]{35}',
    'sk-[A-Za-z0-9_-]{20,}',
    '[rs]k_live_[A-Za-z0-9]{20,}',
    'npm_[A-Za-z0-9]{36}',
    'pypi-[A-Za-z0-9_-]{40,}',
    'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+',
    '[a-z][a-z0-9+.-]{1,20}://[^\\s:/@]{1,100}:[^\\s:/@]{4,200}@',
  ].join('|'),
);

function isSecretName(name: string): boolean {
  return /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?)$/i.test(name);
}

/** Shorter ones are flags and placeholders. */
const MIN_SECRET = 8;

function literal(what: string, at: Place): Finding {
  const hint = 'keep it in a store, and name it under `secrets`: `NAME: "keyring:SERVICE"`';
  return { ...warning('secret-literal', `${what} looks like a secret, written out`, hint, at), hidesLine: true };
}
