import { decideLaunch, type Extras } from './decide-launch.ts';
import { EXIT, type ExitCode } from './finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from './finding/finding.ts';
import type { Client } from './relay/client.ts';
import { hearRefusal } from './relay/hear-refusal.ts';
import { findingText } from './render/finding-text.ts';
import type { Texts } from './state/situation.ts';
import type { Id } from './wire/envelope.ts';

export { bubblewrapMissing, diagnose } from './relay/diagnosis.ts';
export { planDigest } from './state/plan-digest.ts';

/**
 * The words of `run`, loaded where something is refused: the file that every start loads decides without them. So what
 * it refused is decided once more here, by the same source with its words.
 */
export async function refuseLaunch(client: Client, argv: readonly string[], extras: Extras): Promise<ExitCode> {
  const { launch, texts } = await decideLaunch(argv, process.env, extras);
  return refuse(client, launch.allowed ? [changing()] : launch.findings, texts);
}

function changing(): Finding {
  return refusal(
    'path-changed',
    'what was refused at first is allowed at a second look: the policy or a file changed meanwhile',
    'start it again',
  );
}

/** Says on stderr why nothing was started, and tells the client as long as it asks. */
export async function refuse(client: Client, findings: readonly Finding[], texts: Texts): Promise<ExitCode> {
  const code = exitCodeOf(findings);
  client.errors.say(findings.map((finding) => findingText(finding, texts)).join('\n'));
  await hearRefusal(client, answerFor(findings, code));
  client.errors.say(`nothing was started; exit code ${code} is mcp-secure-run’s`);
  return code;
}

/** Says why a server was ended that lost a mask, and answers what waits for it. */
export async function tellLost(client: Client, lost: Finding, pending: readonly Id[], texts: Texts): Promise<ExitCode> {
  const code = exitCodeOf([lost]);
  client.errors.say(findingText(lost, texts));
  await hearRefusal(client, answerFor([lost], code), pending);
  client.errors.say(`the server was ended; exit code ${code} is mcp-secure-run’s`);
  return code;
}

/** Answers what waits for a server that is gone. */
export async function answerPending(
  client: Client,
  ended: string,
  code: number,
  pending: readonly Id[],
): Promise<void> {
  const finding = refusal('server-ended', ended, 'look at what it wrote to stderr');
  await hearRefusal(client, answerFor([finding], code === 0 ? EXIT.failed : code), pending);
}

/** The finding that names the exit code is the one that the client shows. */
function answerFor(findings: readonly Finding[], code: number) {
  const first = findings.find((finding) => exitCodeOf([finding]) === code) ?? findings[0];
  const { ident, message, hint } = first ?? refusal('launch-failed', 'the server was not started', 'look at stderr');
  return { code, ident, hint, message: `${message}; ${hint}` };
}
