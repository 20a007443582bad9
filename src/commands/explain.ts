import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, type Finding } from '../finding/finding.ts';
import { explain, planJson } from '../plan/explain.ts';
import type { Request } from '../plan/request.ts';
import { resolve } from '../plan/resolve.ts';
import { explainText } from '../render/explain-text.ts';
import { findingText } from '../render/finding-text.ts';
import { planDigest } from '../state/plan-digest.ts';
import { gather } from '../state/situation.ts';
import { VERSION } from '../version.ts';
import type { Io } from './io.ts';

export interface ExplainOptions {
  readonly policy: string | undefined;
  readonly json: boolean;
}

/** `explain`: what `run` would do for this request, or why it would not. Starts nothing. */
export default async function explainCommand(request: Request, options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { situation, text } = await gather(
    options.policy,
    process.env,
    VERSION,
    () => import('../policy-text/parse-policy.ts'),
  );
  const plan = situation.allowed ? resolve(request, situation.granted.policy, situation.granted.host) : situation;
  if (!plan.allowed || !situation.allowed) {
    const findings = plan.allowed ? [] : plan.findings;
    if (options.json)
      io.out(
        json({
          decision: 'deny',
          server: request.kind === 'server' ? request.id : null,
          digest: null,
          plan: null,
          findings,
        }),
      );
    else io.err(findings.map((finding) => findingText(finding, text, io.paintErr)).join('\n'));
    return exitCodeOf(findings);
  }

  const { host, movedHome } = situation.granted;
  const digest = planDigest(plan.granted, text ?? '', host, VERSION);
  if (options.json) {
    io.out(
      json({ decision: 'allow', server: plan.granted.server, digest, plan: planJson(plan.granted), findings: [] }),
    );
    return EXIT.ok;
  }
  io.out(`${io.paintOut.strong(plan.granted.server)} would be started, by ${plan.granted.policy}\nplan ${digest}\n\n`);
  if (movedHome !== undefined) io.out(`policy and state are below ${movedHome}, by \`MCP_SECURE_RUN_HOME\`\n\n`);
  io.out(explainText(explain(plan.granted), io.width, io.paintOut));
  return EXIT.ok;
}

interface Document {
  readonly decision: 'allow' | 'deny';
  readonly server: string | null;
  readonly digest: string | null;
  readonly plan: object | null;
  readonly findings: readonly Finding[];
}

function json(document: Document): string {
  return `${JSON.stringify({ version: 1, ...document }, null, 2)}\n`;
}
