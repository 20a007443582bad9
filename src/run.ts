import { confine } from './confine/confine.ts';
import { EXIT } from './finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from './finding/finding.ts';
import { isRefusedBySystem } from './host/system-error.ts';
import type { Plan } from './plan/plan.ts';
import { resolve } from './plan/resolve.ts';
import { Client } from './relay/client.ts';
import { hearRefusal } from './relay/hear-refusal.ts';
import { closeInheritedDescriptors } from './relay/inherited-descriptors.ts';
import { launch } from './relay/launch.ts';
import { relay, type Outcome } from './relay/relay.ts';
import { findingText } from './render/finding-text.ts';
import { readRunArguments, type RunArguments } from './run-arguments.ts';
import type { Compiler } from './state/compiled-policy.ts';
import { planDigest } from './state/plan-digest.ts';
import { gather } from './state/situation.ts';
import { VERSION } from './version.ts';

export interface Surroundings {
  readonly compiler: Compiler;
  /** Called once, when everything that a start needs has run. */
  readonly onWarm?: () => void;
}

/**
 * `run`: the hot path, from argv to the server's exit code. It loads no library; stdout is the protocol's. What must be
 * loaded for it now and then comes in from outside.
 */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<never> {
  const client = new Client();
  // A fault while a server runs: it ends with us, and the client sees its pipes close.
  process.on('uncaughtException', (error) => {
    sayFault(client, error);
    void exit(client, EXIT.failed);
  });
  try {
    return await exit(client, await run(argv, client, surroundings));
  } catch (error) {
    sayFault(client, error);
    return exit(client, await refuse(client, [findFault(error)], undefined));
  }
}

function findFault(error: unknown): Finding {
  return isRefusedBySystem(error)
    ? refusal('launch-failed', `the system refused: ${error.message}`, '`ulimit -a` shows what this account may use')
    : refusal('bug', 'mcp-secure-run failed, by a fault of its own', 'report what it wrote to stderr');
}

function sayFault(client: Client, error: unknown): void {
  if (isRefusedBySystem(error)) return;
  client.errors.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

async function run(argv: readonly string[], client: Client, surroundings: Surroundings): Promise<number> {
  closeInheritedDescriptors();
  const options = readRunArguments(argv);
  if (!options.allowed) return refuse(client, options.findings, undefined);

  const { situation, text } = await gather(options.granted.policy, process.env, VERSION, surroundings.compiler);
  if (!situation.allowed) return refuse(client, situation.findings, text);

  const { policy, host, movedHome } = situation.granted;
  const plan = resolve(options.granted.request, policy, host);
  if (!plan.allowed) return refuse(client, plan.findings, text);

  const digest = options.granted.verbose ? planDigest(plan.granted, text ?? '', host, VERSION) : undefined;
  const starting = launch(confine(plan.granted, (name) => host.variable(name)));
  client.open();
  const server = await starting;
  if (!server.allowed) return refuse(client, server.findings, text);

  const ending = relay(server.granted, client);
  say(client, options.granted, plan.granted, movedHome);
  if (digest) client.errors.say(`plan ${digest} of \`${plan.granted.server}\`, by ${policy.file}`);
  const outcome = await ending;
  surroundings.onWarm?.();
  return report(client, plan.granted.server, outcome, options.granted);
}

/** What is weaker than the default is said at every start, whoever reads it. */
function say(client: Client, { quiet }: RunArguments, plan: Plan, movedHome: string | undefined): void {
  const inEffect = plan.weakened.filter(({ effect }) => effect === 'in effect');
  if (inEffect.length > 0)
    client.errors.say(
      `\`${plan.server}\` gives up ${inEffect.map(({ ident, givesUp }) => `${givesUp} (\`${ident}\`)`).join(', ')}, by ${plan.policy}`,
    );
  if (movedHome !== undefined && !quiet)
    client.errors.say(`policy and state are below ${movedHome}, by \`MCP_SECURE_RUN_HOME\``);
}

async function report(client: Client, server: string, outcome: Outcome, { quiet }: RunArguments): Promise<number> {
  const { code, asked, forced, pending } = outcome;
  const how = forced
    ? 'did not end when it was asked to, and was killed'
    : code > 128 && code < 160
      ? `was ended by signal ${code - 128}`
      : `exited with ${code}`;
  const isOver = asked === 'signal' || forced || (asked !== 'no' && code === 0);
  if (pending.length > 0 && !isOver) {
    const ended = refusal(
      'server-ended',
      `server \`${server}\` ${how} before it answered`,
      'look at what it wrote to stderr',
    );
    await hearRefusal(client, { ...answerFor([ended]), code: code === 0 ? EXIT.failed : code }, pending);
  }
  if (code !== 0 && !(quiet && asked !== 'no'))
    client.errors.say(`server \`${server}\` ${how}; exit code ${code} is the server’s`);
  return code;
}

async function refuse(client: Client, findings: readonly Finding[], text: string | undefined): Promise<number> {
  const code = exitCodeOf(findings);
  client.errors.say(findings.map((finding) => findingText(finding, text)).join('\n'));
  await hearRefusal(client, answerFor(findings));
  client.errors.say(`nothing was started; exit code ${code} is mcp-secure-run’s`);
  return code;
}

/** The finding that names the exit code is the one that the client shows. */
function answerFor(findings: readonly Finding[]) {
  const code = exitCodeOf(findings);
  const first = findings.find((finding) => exitCodeOf([finding]) === code);
  const { ident, message, hint } = first ?? refusal('launch-failed', 'the server was not started', 'look at stderr');
  return { code, ident, hint, message: `${message}; ${hint}` };
}

async function exit(client: Client, code: number): Promise<never> {
  await client.flushErrors(250);
  process.exit(code);
}
