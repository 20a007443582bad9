import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, type Finding } from '../finding/finding.ts';
import { explain, planJson } from '../plan/explain.ts';
import type { Request } from '../plan/request.ts';
import { resolve } from '../plan/resolve.ts';
import { explainText } from '../render/explain-text.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import { planDigest } from '../state/plan-digest.ts';
import { VERSION } from '../version.ts';
import { answerQuestion, type Question } from './answer-question.ts';
import type { Io } from './io.ts';
import { survey } from './survey.ts';

export interface ExplainOptions {
  readonly policy: string | undefined;
  readonly json: boolean;
  readonly question: Question | undefined;
}

/** `explain`: what `run` would do for this request, or why it would not; or the answer to one question. Starts nothing. */
export default async function explainCommand(request: Request, options: ExplainOptions, io: Io): Promise<ExitCode> {
  const surveyed = await survey(options.policy);
  const { situation, texts, engines } = surveyed;
  if (!situation.allowed) return refuse(request, situation.findings, texts, options, io);
  if (options.question) return answerQuestion(request, options.question, surveyed, situation.granted, options, io);

  const { policy, host, movedHome, notices } = situation.granted;
  const plan = resolve(request, policy, host, engines);
  if (!plan.allowed) return refuse(request, [...plan.findings, ...notices], texts, options, io);

  const digest = planDigest(plan.granted, texts, host, VERSION);
  if (options.json) {
    const { server } = plan.granted;
    const findings = notices.map(findingJson);
    io.out(documentJson({ decision: 'allow', server, digest, plan: planJson(plan.granted), findings }));
    return EXIT.ok;
  }
  io.out(`${io.paintOut.strong(plan.granted.server)} would be started, by ${plan.granted.policy}\nplan ${digest}\n\n`);
  if (movedHome !== undefined) io.out(`policy and state are below ${movedHome}, by \`MCP_SECURE_RUN_HOME\`\n\n`);
  io.out(explainText(explain(plan.granted), io.width, io.paintOut));
  for (const notice of notices) io.err(findingText(notice, texts, io.paintErr));
  return EXIT.ok;
}

function refuse(
  request: Request,
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
  { json }: ExplainOptions,
  io: Io,
): ExitCode {
  if (json) {
    const server = request.kind === 'server' ? request.id : null;
    const members = { decision: 'deny', server, digest: null, plan: null, findings: findings.map(findingJson) };
    io.out(documentJson(members));
  } else io.err(findings.map((finding) => findingText(finding, texts, io.paintErr)).join('\n'));
  return exitCodeOf(findings);
}
