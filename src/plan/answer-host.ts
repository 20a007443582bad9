import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { admits, parseHostPattern, type HostPattern } from '../match/host-pattern.ts';
import { isPublicAddress } from '../match/public-address.ts';
import type { NetworkRule } from '../policy/rules.ts';
import type { Answer } from './answer.ts';
import type { ServerPolicy } from '../policy/policy.ts';
import type { Because } from './plan.ts';
import { unsafeAt } from '../policy/policy.ts';

/** Whether a server may reach a host: every layer that names it, and the ceiling, must say so. */
export function answerHost(asked: string, server: ServerPolicy, rules: readonly NetworkRule[]): Decision<Answer> {
  const open = unsafeAt(server, 'host-network') ?? unsafeAt(server, 'no-sandbox');
  if (open) return allow({ what: `${asked}: as from the machine itself`, because: [{ reason: '`unsafe`', at: open }] });
  const target = parseHostPattern(asked);
  if (target === undefined || target.kind === 'domain' || target.kind === 'below')
    return deny(refusal('usage', `\`${asked}\` is no host`, 'write one host, with `:PORT` if it is not 443'));

  const because = rules.flatMap((rule): Because[] => {
    if (rule.mode !== 'list') {
      const isGranted = rule.mode === 'any' && admitsAny(target);
      return isGranted ? [{ reason: '`network: any`', ...(rule.at && { at: rule.at }) }] : [];
    }
    const entry = rule.hosts.find((pattern) => admits(pattern, target.name, target.port));
    return entry ? [{ reason: '`network`', at: entry.at }] : [];
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

/** `any` is any public host; what a name leads to is looked at when it is dialled. */
export function admitsAny({ kind, name }: HostPattern): boolean {
  return kind === 'name' || (kind === 'address' && isPublicAddress(name));
}
