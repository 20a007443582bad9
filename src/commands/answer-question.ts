import type { Decision } from '../finding/decision.ts';
import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf } from '../finding/finding.ts';
import { answerEnv } from '../plan/answer-env.ts';
import { answerHost } from '../plan/answer-host.ts';
import { answerPath } from '../plan/answer-path.ts';
import { answerTool, type Call } from '../plan/answer-tool.ts';
import type { Answer } from '../plan/answer.ts';
import { decideArguments } from '../plan/decide-arguments.ts';
import { postponedFor } from '../plan/decide-postponed.ts';
import { decideServer, type Asked } from '../plan/decide-server.ts';
import { layoutOf } from '../plan/resolve.ts';
import { networkRules } from '../plan/granted-host.ts';
import { decideUnsafe } from '../plan/decide-unsafe.ts';
import type { Request } from '../plan/request.ts';
import { ceilingOf } from '../policy/policy.ts';
import { answerLine } from '../render/explain-text.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import type { Situation } from '../state/situation.ts';
import type { Io } from './io.ts';
import { judgingCalls, toolTables } from './rules-of.ts';
import type { Survey } from './survey.ts';

export type Question =
  | { readonly kind: 'path' | 'host' | 'env'; readonly asked: string }
  | { readonly kind: 'tool'; readonly call: Call };

/** One question, answered by the policy: yes with the lines that say so, or no with exit code 126. */
export function answerQuestion(
  request: Request,
  question: Question,
  surveyed: Survey,
  situation: Situation,
  { json }: { readonly json: boolean },
  io: Io,
): ExitCode {
  const { policy, host } = situation;
  const asked = decideServer(request, policy, host, surveyed.engines);
  const entries = asked.allowed ? asked.granted.entries : undefined;
  const answer = asked.allowed ? answerOf(asked.granted, question, surveyed, situation) : asked;
  const postponed = entries ? postponedFor(policy, entries) : [];
  const later = [...new Set(postponed.map(({ value }) => value))];
  if (json) {
    const server = entries ? entries[0].server.id : null;
    io.out(
      documentJson({
        decision: answer.allowed ? 'allow' : 'deny',
        server,
        question,
        answer: answer.allowed ? answer.granted : null,
        findings: answer.allowed ? [] : answer.findings.map(findingJson),
        notEnforced: later,
      }),
    );
  } else if (answer.allowed) io.out(`${answerLine(answer.granted)}\n`);
  else io.err(answer.findings.map((finding) => findingText(finding, surveyed.texts, io.paintErr)).join('\n'));
  if (!json && later.length > 0) {
    const names = later.map((name) => `\`${name}\``).join(', ');
    io.err(`note: this version does not start it: ${names} ${later.length > 1 ? 'are' : 'is'} not enforced yet\n`);
  }
  return answer.allowed ? EXIT.ok : exitCodeOf(answer.findings);
}

function answerOf(
  { entries: asked, request }: Asked,
  question: Question,
  { parsed, engines }: Survey,
  { policy, host }: Situation,
): Decision<Answer> {
  const { entries } = decideUnsafe(asked, ceilingOf(policy));
  const [{ server }] = entries;
  if (question.kind === 'host') return answerHost(question.asked, server, networkRules(policy, server.id));
  if (question.kind === 'env') return answerEnv(question.asked, entries, policy, host, engines);
  if (question.kind === 'tool') {
    const context = judgingCalls(server, host, engines);
    return answerTool(question.call, server, toolTables(parsed, server.id), context);
  }
  const filled = decideArguments(request, entries, host, engines);
  const view = layoutOf(server, host, engines)?.view;
  return answerPath(question.asked, entries, filled.allowed ? filled.granted : undefined, policy, host, view);
}
