import { confine } from './confine/confine.ts';
import { TREE_IS_AS_KEPT } from './confine/enter.ts';
import type { Values } from './confine/environment.ts';
import { allow, type Decision } from './finding/decision.ts';
import { decideLaunch, type Extras, type Launch } from './decide-launch.ts';
import { EXIT } from './finding/exit-code.ts';
import type { Finding } from './finding/finding.ts';
import { isRefusedBySystem } from './host/system-error.ts';
import { Client } from './relay/client.ts';
import { enterIn, helperIn } from './relay/helper.ts';
import { closeInheritedDescriptors } from './relay/inherited-descriptors.ts';
import { launch, type Running } from './relay/launch.ts';
import { relay } from './relay/relay.ts';
import { VERSION } from './version.ts';

export interface Surroundings extends Extras {
  /** The directory of what the build made. */
  readonly built: string;
  /** The way to the network, for plans that have one. */
  readonly egress: () => typeof import('./egress/join-network.ts'); // eslint-disable-line typescript/consistent-type-imports
  /** What serves there, once the server is on its way. */
  readonly serving: () => Promise<typeof import('./egress/serve-hosts.ts')>; // eslint-disable-line typescript/consistent-type-imports
  /** Asks for secrets, for plans that have some. */
  readonly secrets: () => Promise<typeof import('./ask-secrets.ts')>; // eslint-disable-line typescript/consistent-type-imports
  readonly masking: () => typeof import('./masking.ts'); // eslint-disable-line typescript/consistent-type-imports
  /** The words for what is refused. */
  readonly refusal: () => Promise<typeof import('./refusal.ts')>; // eslint-disable-line typescript/consistent-type-imports
  /** Puts a small process in the launcher’s place, for plans whose messages nobody reads. */
  readonly replace: (...what: Parameters<typeof import('./replace.ts').replaceLauncher>) => unknown; // eslint-disable-line typescript/consistent-type-imports
  /** Looks after what a running server uses up. */
  readonly watch: (...what: Parameters<typeof import('./watch.ts').watch>) => unknown; // eslint-disable-line typescript/consistent-type-imports
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
    return exit(client, await (await surroundings.refusal()).refuseFault(client, error));
  }
}

function sayFault(client: Client, error: unknown): void {
  if (isRefusedBySystem(error)) return;
  client.errors.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

async function run(argv: readonly string[], client: Client, surroundings: Surroundings): Promise<number> {
  closeInheritedDescriptors();
  const decided = await decideLaunch(argv, process.env, surroundings);
  if (!decided.launch.allowed) return (await surroundings.refusal()).refuseLaunch(client, argv, surroundings);

  const { granted } = decided.launch;
  const { options, plan, host } = granted;
  const digest = options.verbose
    ? (await surroundings.refusal()).planDigest(plan, decided.texts, host, VERSION)
    : undefined;
  const hasSecrets = plan.env.some(({ from }) => from === 'secret');
  const secrets = hasSecrets
    ? await (await surroundings.secrets()).askSecrets(granted, client, surroundings.built, surroundings.masking)
    : NO_SECRETS;
  if (!secrets.allowed) return (await surroundings.refusal()).refuse(client, secrets.findings, decided.texts);
  // bubblewrap's helper looks at a package itself.
  const { by } = plan.confinement;
  const changed = by === 'bubblewrap' ? undefined : seeTree(granted, surroundings);
  if (changed) return (await surroundings.refusal()).refuse(client, [changed], decided.texts);
  const values = { client: (name: string) => host.variable(name), secret: secrets.granted.value };
  if (plan.weakened.some(({ ident }) => ident === 'no-guard'))
    await surroundings.replace(granted, values, surroundings);
  const starting =
    by === 'seatbelt' || by === 'landlock'
      ? (await surroundings[by]()).launchLaidOut(plan, values, surroundings)
      : by === 'container'
        ? surroundings.container().launchContainer(plan, values)
        : launchConfined(granted, values, client, surroundings);
  client.open();
  const server = await starting;
  if (!server.allowed) return (await surroundings.refusal()).refuse(client, server.findings, decided.texts);

  const ending = relay(
    secrets.granted.mask(server.granted),
    client,
    plan.limits.shutdown?.value ?? 0,
    (watched) => void setTimeout(() => surroundings.watch(plan.limits, plan.mounts, watched), AFTER_START),
  );
  const telling = hasNews(granted) ? afterStart(ending).then(surroundings.refusal) : undefined;
  void telling?.then(({ tellStart }) => tellStart(client, granted));
  if (digest) client.errors.say(`plan ${digest} of \`${plan.server}\`, by ${plan.policy}`);
  const outcome = await ending;
  await telling;
  if (outcome.lost)
    return (await surroundings.refusal()).tellLost(client, outcome.lost, outcome.pending, decided.texts);
  surroundings.onWarm?.();
  const { code, asked, pending, reached } = outcome;
  return code !== 0 || reached || (pending.length > 0 && asked === 'no')
    ? (await surroundings.refusal()).tellEnd(client, plan, outcome, options.quiet)
    : code;
}

const NO_SECRETS = allow({ value: () => undefined, mask: (server: Running) => server });

async function afterStart(ending: Promise<unknown>): Promise<void> {
  await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, AFTER_START))]);
}

/** Milliseconds: what can wait is off the way to the first answer. */
const AFTER_START = 100;

/** Whatever the plan is confined by but Seatbelt: with the way to its hosts, where it has any. */
async function launchConfined(
  launched: Launch,
  values: Values,
  client: Client,
  surroundings: Surroundings,
): Promise<Decision<Running>> {
  const { plan } = launched;
  const { built, egress, serving, masks, refusal: diagnosis } = surroundings;
  const { server, network, program } = plan;
  const way = enterIn(built, diagnosis);
  const enter = way instanceof Promise ? await way : way;
  const entering = program.locked ? surroundings.locked().enterSeeingTree(enter) : enter;
  const spawned = confine(plan, values, entering, masks);
  const { account } = spawned;
  return launch(spawned, built, diagnosis, masks, (bubblewrap) => {
    const joining =
      network.mode === 'hosts'
        ? egress().joinNetwork(
            network,
            { server, bubblewrap, account, program },
            helperIn(built),
            (line) => client.errors.say(line),
            serving,
          )
        : undefined;
    return async (said) => {
      const finding = said === TREE_IS_AS_KEPT ? undefined : seeTree(launched, surroundings);
      return finding ? { kind: 'package', finding } : joining;
    };
  });
}

function seeTree({ plan: { program }, host }: Launch, { locked }: Surroundings): Finding | undefined {
  return program.locked && locked().seeTree(program, host);
}

/** What is weaker than the default is told at every start, whoever reads it, and however quiet we are to be. */
function hasNews({ options: { quiet }, plan: { weakened, narrowed }, notices, movedHome }: Launch): boolean {
  return weakened.length + notices.length > 0 || (!quiet && (narrowed.length > 0 || movedHome !== undefined));
}

async function exit(client: Client, code: number): Promise<never> {
  await client.flushErrors(250);
  process.exit(code);
}
