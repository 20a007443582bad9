import { refusal, type Finding } from '../finding/finding.ts';
import type { Policy, ServerPolicy } from '../policy/policy.ts';

/** What the policy asks for and this version does not do: the launch is refused, for the author counts on it. */
export function findPostponed(policy: Policy, server: ServerPolicy): Finding[] {
  return [...policy.postponed, ...server.postponed].map(({ value, at }) =>
    refusal(
      'not-enforced-yet',
      `\`${value}\` is not enforced by this version, and is not ignored either`,
      HINTS[value] ?? 'remove it, if the server may run without it',
      at,
    ),
  );
}

const INSTALL_FIRST =
  'install the package, then write `command: node`, its entry file as the first of `args`, and its directory under `files.read`';

const HINTS: Record<string, string> = {
  'command: npx': INSTALL_FIRST,
  'command: npm': INSTALL_FIRST,
  'command: npm:': INSTALL_FIRST,
  secrets: 'until then `pass: [NAME]` takes the variable from where the client starts',
  network: 'only `network: none` is enforced; `unsafe: [host-network]` gives the server the whole network',
};
