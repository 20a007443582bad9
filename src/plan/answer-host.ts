import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { coversHost } from '../match/covers-host.ts';
import { grantsHost, oneHost } from './granted-host.ts';
import type { Answer } from './answer.ts';
import type { NetworkRule, ServerPolicy } from '../policy/policy.ts';
import type { Because } from './plan.ts';
import { unsafeAt } from '../policy/policy.ts';

/** Whether a server may reach a host: every layer that names it, and the ceiling, must say so. */
export function answerHost(asked: string, server: ServerPolicy, rules: readonly NetworkRule[]): Decision<Answer> {
  const open = unsafeAt(server, 'host-network') ?? unsafeAt(server, 'no-sandbox');
  if (open) return allow({ what: `${asked}: as from the machine itself`, because: [{ reason: '`unsafe`', at: open }] });
  const target = oneHost(asked);
  if (target === undefined)
    return deny(refusal('usage', `\`${asked}\` is no host`, 'write one host, with `:PORT` if it is not 443'));

  const because = rules.flatMap((rule): Because[] => {
    if (!grantsHost(rule, target)) return [];
    if (rule.mode !== 'list') return [{ reason: '`network: any`', ...(rule.at && { at: rule.at }) }];
    return rule.hosts
      .filter((pattern) => coversHost(pattern, target))
      .slice(0, 1)
      .map(({ at }) => ({ reason: '`network`', at }));
  });
  const what = `${target.name}:${target.port}${target.kind === 'name' ? ', where its address is public' : ''}`;
  if (rules.length > 0 && because.length === rules.length) return allow({ what, because });
  return deny(
    refusal(
      'host-not-granted',
      `\`${server.id}\` may not reach \`${target.name}:${target.port}\``,
      `\`mcp-secure-run allow ${server.id} --host ${asked}\``,
      server.at,
    ),
  );
}
