import { refusal, type Finding } from '../finding/finding.ts';
import { answerTool } from '../plan/answer-tool.ts';
import { decideArguments } from '../plan/decide-arguments.ts';
import { decideServer } from '../plan/decide-server.ts';
import { resolve } from '../plan/resolve.ts';
import type { Example } from '../policy/rules.ts';
import type { Situation } from '../state/situation.ts';
import { judgingCalls, rulesOf, toolTables } from './rules-of.ts';
import type { Survey } from './survey.ts';

/** Examples of a server that come out otherwise than the policy says. */
export function checkExamples(id: string, surveyed: Survey, situation: Situation): Finding[] {
  return rulesOf(surveyed.parsed, id).flatMap(({ examples }) =>
    examples.flatMap((example) => {
      const denied = whyDenied(id, example, surveyed, situation);
      const isAsExpected = (denied === undefined) === (example.expected === 'allow');
      return isAsExpected ? [] : [fails(id, example, denied)];
    }),
  );
}

/** The first reason against it, or undefined. */
function whyDenied(
  id: string,
  { asked }: Example,
  { parsed, engines }: Survey,
  situation: Situation,
): Finding | undefined {
  const { policy, host } = situation;
  const args = asked.kind === 'arguments' ? asked.args : [];
  const request = { kind: 'server', id, args } as const;
  const meant = decideServer(request, policy, host, engines);
  if (!meant.allowed) return meant.findings[0];
  const { entries } = meant.granted;
  const [{ server }] = entries;
  if (asked.kind === 'call') {
    const call = answerTool(asked, server, toolTables(parsed, id), judgingCalls(server, host, engines));
    return call.allowed ? undefined : call.findings[0];
  }
  const filled = decideArguments(request, entries, host, engines);
  if (!filled.allowed) return filled.findings[0];
  // An example is about its words: that the program is missing, say, is told of the server once, and not here again.
  const plan = resolve(request, policy, host, engines);
  return plan.allowed ? undefined : plan.findings.find(({ ident }) => ident.startsWith('grant-'));
}

function fails(id: string, { expected, at }: Example, denied: Finding | undefined): Finding {
  const what = `this example of \`${id}\` is to be ${expected === 'allow' ? 'allowed' : 'denied'}, and is ${denied ? 'denied' : 'allowed'}`;
  const hint = denied
    ? `it says: ${denied.message}`
    : 'no rule of the policy is against it: add one, or correct the example';
  const place = denied?.place;
  return {
    ...refusal('example-fails', what, hint, at),
    ...(place && { related: [{ message: 'denied here', place }] }),
  };
}
