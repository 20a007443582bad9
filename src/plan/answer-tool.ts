import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { matchesName } from '../match/name-pattern.ts';
import { whyNot, type MatchContext } from '../match/why-not.ts';
import type { ServerPolicy } from '../policy/policy.ts';
import type { ToolRow } from '../policy/rules.ts';
import type { Answer } from './answer.ts';
import type { Because } from './plan.ts';

/** A call, as a client would make it. */
export interface Call {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Whether a tool may be called so. Every row that matches has a say and the strictest wins; of several layers, each has
 * one, and one that has no `tools` has none against it.
 */
export function answerTool(
  call: Call,
  server: ServerPolicy,
  tables: readonly (readonly ToolRow[] | undefined)[],
  context: MatchContext,
): Decision<Answer> {
  const rows = tables.flatMap((table) => (table ? [table.filter(({ name }) => matchesName(name, call.tool))] : []));
  const unnamed = rows.some((matching) => matching.length === 0);
  const findings = rows.flat().flatMap((row) => judge(row, call, context));
  if (unnamed) findings.push(notNamed(call, server));
  if (findings.length > 0) return deny(...findings);

  const isAsked = rows.flat().some(({ verdict }) => verdict === 'confirm');
  const conditions = rows.flat().flatMap((row) => row.conditions);
  const because: Because[] = rows.flat().map(({ name, at }) => ({ reason: `\`tools.${name}\``, at }));
  return allow({
    what: [`${call.tool}: ${isAsked ? 'after a person confirmed it' : 'allowed'}`, ...conditions].join(', '),
    because: because.length > 0 ? because : [{ reason: 'no `tools`: whatever the server lists', at: server.at }],
  });
}

function judge(row: ToolRow, { tool, arguments: given }: Call, context: MatchContext): Finding[] {
  const hint = 'change this row if the call is right';
  if (row.verdict === 'deny') return [refusal('tool-denied', `\`${tool}\` is denied`, hint, row.at)];
  const named = row.arguments;
  if (!named) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const rule = Object.hasOwn(named, name) ? named[name] : undefined;
    if (!rule)
      return [
        refusal('tool-denied', `\`${tool}\` has an argument \`${name}\` that this row does not name`, hint, row.at),
      ];
    const why = whyNot(rule.value, value, context);
    return why === undefined
      ? []
      : [refusal('tool-denied', `argument \`${name}\` of \`${tool}\`: ${JSON.stringify(value)} ${why}`, hint, rule.at)];
  });
}

function notNamed({ tool }: Call, server: ServerPolicy): Finding {
  return refusal(
    'tool-denied',
    `no row of \`tools\` names \`${tool}\`, so it is denied`,
    `\`mcp-secure-run allow ${server.id} --tool ${tool}\``,
    server.at,
  );
}
