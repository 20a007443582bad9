import { confine } from './confine/confine.ts';
import { decideLaunch, type Extras, type Launch } from './decide-launch.ts';
import { EXIT } from './finding/exit-code.ts';
import { refusal, type Finding } from './finding/finding.ts';
import { printable } from './finding/printable.ts';
import { isRefusedBySystem } from './host/system-error.ts';
import { Client } from './relay/client.ts';
import { closeInheritedDescriptors } from './relay/inherited-descriptors.ts';
import { launch } from './relay/launch.ts';
import { relay, type Outcome } from './relay/relay.ts';
import { VERSION } from './version.ts';

export interface Surroundings extends Extras {
  /** Where the build put the filters for system calls. */
  readonly filters: string;
  /** The words for what is refused. */
  readonly refusal: () => Promise<typeof import('./refusal.ts')>; // eslint-disable-line typescript/consistent-type-imports
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
    const { refuse } = await surroundings.refusal();
    return exit(client, await refuse(client, [findFault(error)], new Map()));
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
  const decided = await decideLaunch(argv, process.env, surroundings);
  if (!decided.launch.allowed) return (await surroundings.refusal()).refuseLaunch(client, argv, surroundings);

  const { options, plan, host } = decided.launch.granted;
  const digest = options.verbose
    ? (await surroundings.refusal()).planDigest(plan, decided.texts, host, VERSION)
    : undefined;
  const starting = launch(
    confine(plan, (name) => host.variable(name), surroundings.masks),
    surroundings.filters,
    surroundings.refusal,
    surroundings.masks,
  );
  client.open();
  const server = await starting;
  if (!server.allowed) return (await surroundings.refusal()).refuse(client, server.findings, decided.texts);

  const ending = relay(server.granted, client);
  say(client, decided.launch.granted);
  if (digest) client.errors.say(`plan ${digest} of \`${plan.server}\`, by ${plan.policy}`);
  const outcome = await ending;
  if (outcome.lost)
    return (await surroundings.refusal()).tellLost(client, outcome.lost, outcome.pending, decided.texts);
  surroundings.onWarm?.();
  return report(client, decided.launch.granted, outcome, surroundings);
}

/** What is weaker than the default is said at every start, whoever reads it. */
function say(client: Client, { options: { quiet }, plan, movedHome, notices }: Launch): void {
  const inEffect = plan.weakened.filter(({ effect }) => effect === 'in effect');
  if (inEffect.length > 0)
    client.errors.say(
      `\`${plan.server}\` gives up ${inEffect.map(({ ident, givesUp }) => `${givesUp} (\`${ident}\`)`).join(', ')}, by ${plan.policy}`,
    );
  for (const { message, hint } of notices) client.errors.say(printable(`${message}; ${hint}`));
  if (plan.narrowed.length > 0 && !quiet)
    client.errors.say(
      `\`${plan.server}\` gets less than ${plan.policy} grants: ${plan.narrowed.map(({ what }) => what).join(', ')}; \`mcp-secure-run explain ${plan.server}\` shows why`,
    );
  if (movedHome !== undefined && !quiet)
    client.errors.say(`policy and state are below ${movedHome}, by \`MCP_SECURE_RUN_HOME\``);
}

async function report(
  client: Client,
  { plan, options: { quiet } }: Launch,
  { code, asked, forced, pending }: Outcome,
  surroundings: Surroundings,
): Promise<number> {
  const how = forced
    ? 'did not end when it was asked to, and was killed'
    : code > 128 && code < 160
      ? `was ended by signal ${code - 128}`
      : `exited with ${code}`;
  const isOver = asked === 'signal' || forced || (asked !== 'no' && code === 0);
  if (pending.length > 0 && !isOver) {
    const { answerPending } = await surroundings.refusal();
    await answerPending(client, `server \`${plan.server}\` ${how} before it answered`, code, pending);
  }
  if (code !== 0 && !(quiet && asked !== 'no'))
    client.errors.say(`server \`${plan.server}\` ${how}; exit code ${code} is the server’s`);
  return code;
}

async function exit(client: Client, code: number): Promise<never> {
  await client.flushErrors(250);
  process.exit(code);
}
