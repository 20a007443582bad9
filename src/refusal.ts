import { printable } from './finding/printable.ts';
import { decideLaunch, type Extras, type Launch } from './decide-launch.ts';
import { EXIT, type ExitCode } from './finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from './finding/finding.ts';
import { isRefusedBySystem } from './host/system-error.ts';
import { limitReached } from './plan/limit-reached.ts';
import type { Plan } from './plan/plan.ts';
import { GIVES_UP } from './policy/gives-up.ts';
import type { LimitName } from './policy/limits.ts';
import type { Client } from './relay/client.ts';
import { hearRefusal } from './relay/hear-refusal.ts';
import type { Outcome } from './relay/relay.ts';
import { findingText } from './render/finding-text.ts';
import type { Texts } from './state/situation.ts';
import type { Id } from './wire/envelope.ts';

export { enterByShell } from './confine/enter-by-shell.ts';
export { tellFault } from './relay/diagnosis.ts';
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

/** What was thrown on the way to a server: the system's no, or a fault of ours. */
export async function refuseFault(client: Client, error: unknown): Promise<ExitCode> {
  const finding = isRefusedBySystem(error)
    ? refusal('launch-failed', `the system refused: ${error.message}`, '`ulimit -a` shows what this account may use')
    : refusal('bug', 'mcp-secure-run failed, by a fault of its own', 'report what it wrote to stderr');
  return refuse(client, [finding], new Map());
}

/** Says on stderr why nothing was started, and tells the client as long as it asks. */
export async function refuse(client: Client, findings: readonly Finding[], texts: Texts): Promise<ExitCode> {
  const code = exitCodeOf(findings);
  client.errors.say(findings.map((finding) => findingText(finding, texts)).join('\n'));
  await hearRefusal(client, answerFor(findings, code));
  client.errors.say(`nothing was started; exit code ${code} is mcp-secure-run’s`);
  return code;
}

/** What is weaker than the default, less than was granted, or elsewhere than usual. */
export function tellStart(client: Client, launch: Launch): void {
  for (const text of newsOf(launch)) client.errors.say(text);
}

/** The same, to be said by others. */
export function newsOf({ options: { quiet }, plan, movedHome, notices }: Launch): readonly string[] {
  const inEffect = plan.weakened.filter(({ effect }) => effect === 'in effect');
  const givenUp = inEffect.map(({ ident }) => `${GIVES_UP[ident]} (\`${ident}\`)`).join(', ');
  const narrowed = plan.narrowed.map(({ what }) => what).join(', ');
  return [
    ...(givenUp === '' ? [] : [`\`${plan.server}\` gives up ${givenUp}, by ${plan.policy}`]),
    ...notices.map(({ message, hint }) => printable(`${message}; ${hint}`)),
    ...(narrowed === '' || quiet
      ? []
      : [
          `\`${plan.server}\` gets less than ${plan.policy} grants: ${narrowed}; \`mcp-secure-run explain ${plan.server}\` shows why`,
        ]),
    ...(movedHome === undefined || quiet
      ? []
      : [`policy and state are below ${movedHome}, by \`MCP_SECURE_RUN_HOME\``]),
  ];
}

/** Says why a server was ended that lost a mask, and answers what waits for it. */
export async function tellLost(client: Client, lost: Finding, pending: readonly Id[], texts: Texts): Promise<ExitCode> {
  const code = exitCodeOf([lost]);
  client.errors.say(findingText(lost, texts));
  await hearRefusal(client, answerFor([lost], code), pending);
  client.errors.say(`the server was ended; exit code ${code} is mcp-secure-run’s`);
  return code;
}

/** The code to exit with; whose it is, when it is one to speak of; and what waits for a server that is gone is answered. */
export async function tellEnd(
  client: Client,
  plan: Plan,
  { code, asked, forced, pending, reached }: Outcome,
  isQuiet: boolean,
): Promise<number> {
  // Of 128 + SIGXCPU and 128 + SIGXFSZ; docs/findings/limit-reached.md says what cannot be told.
  const limit = reached?.limit ?? (code === 152 ? 'cpu' : code === 153 ? 'fileSize' : undefined);
  if (limit && plan.limits[limit]) return answerLimit(client, plan, limit, reached?.used, pending);

  const how = forced
    ? 'did not end when it was asked to, and was killed'
    : code > 128 && code < 160
      ? `was ended by signal ${code - 128}`
      : `exited with ${code}`;
  const isOver = asked === 'signal' || forced || (asked !== 'no' && code === 0);
  if (pending.length > 0 && !isOver) {
    const ended = `server \`${plan.server}\` ${how} before it answered`;
    const finding = refusal('server-ended', ended, 'look at what it wrote to stderr');
    await hearRefusal(client, answerFor([finding], code === 0 ? EXIT.failed : code), pending);
  }
  if (code !== 0 && !(isQuiet && asked !== 'no'))
    client.errors.say(`server \`${plan.server}\` ${how}; exit code ${code} is the server’s`);
  return code;
}

/** Says which limit ended a server, what it used and how to raise it, and answers what waits. */
async function answerLimit(
  client: Client,
  plan: Plan,
  limit: LimitName,
  used: number | undefined,
  pending: readonly Id[],
): Promise<ExitCode> {
  const finding = limitReached(plan, limit, used);
  client.errors.say(`${finding.message}; ${finding.hint}; exit code ${EXIT.limit} is mcp-secure-run’s`);
  if (pending.length > 0) await hearRefusal(client, answerFor([finding], EXIT.limit), pending);
  return EXIT.limit;
}

/** The finding that names the exit code is the one that the client shows. */
function answerFor(findings: readonly Finding[], code: number) {
  const first = findings.find((finding) => exitCodeOf([finding]) === code) ?? findings[0];
  const { ident, message, hint } = first ?? refusal('launch-failed', 'the server was not started', 'look at stderr');
  return { code, ident, hint, message: `${message}; ${hint}` };
}
