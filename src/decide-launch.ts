import { allow, type Decision } from './finding/decision.ts';
import type { Finding } from './finding/finding.ts';
import type { Host } from './plan/host.ts';
import { enginesOf, NO_ENGINES, type Engines, type HostModule, type RegexModule } from './plan/matching.ts';
import type { Request } from './plan/request.ts';
import type { Plan } from './plan/plan.ts';
import { resolve } from './plan/resolve.ts';
import { usesRegex } from './policy/uses-regex.ts';
import { everyServer, type Policy } from './policy/policy.ts';
import { readRunArguments, type RunArguments } from './run-arguments.ts';
import { keptOrCompiled, type Compiler } from './state/compiled-policy.ts';
import { gather, type Texts } from './state/situation.ts';
import { VERSION } from './version.ts';

/** What deciding takes now and then, loaded where it does. */
export interface Extras {
  readonly compiler: Compiler;
  /** The engine for regular expressions, for policies that have one. */
  readonly regex: () => Promise<RegexModule>;
  /** How hosts are granted, for policies that grant any. */
  readonly hosts: () => Promise<HostModule>;
  /** Which server a command line means, where one is given. */
  readonly commandLine: () => Promise<Pick<Engines, 'byCommandLine'>>;
  /** What only macOS needs. */
  readonly seatbelt: () => Promise<typeof import('./seatbelt.ts')>; // eslint-disable-line typescript/consistent-type-imports
  /** What `landlock-only` needs. */
  readonly landlock: () => typeof import('./landlock.ts'); // eslint-disable-line typescript/consistent-type-imports
  /** What the lock holds, for servers that nothing else does. */
  readonly locked: () => typeof import('./locked.ts'); // eslint-disable-line typescript/consistent-type-imports
  /** What runs an image, for servers that are one. */
  readonly container: () => typeof import('./container.ts'); // eslint-disable-line typescript/consistent-type-imports
  /** Masks inside what is granted, for policies that hide something or let a server write. */
  readonly masks: () => typeof import('./masks.ts'); // eslint-disable-line typescript/consistent-type-imports
}

/** A start that is allowed. */
export interface Launch {
  readonly options: RunArguments;
  readonly plan: Plan;
  readonly policy: Policy;
  readonly host: Host;
  readonly movedHome: string | undefined;
  readonly notices: readonly Finding[];
}

export interface Decided {
  readonly launch: Decision<Launch>;
  readonly texts: Texts;
}

/** What `run` does with these words: from argv and the policies to a plan, or everything that stands against it. */
export async function decideLaunch(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  extras: Extras,
): Promise<Decided> {
  const { compiler } = extras;
  const options = readRunArguments(argv);
  if (!options.allowed) return { launch: options, texts: new Map() };

  const { situation, texts } = await gather(options.granted.policy, environment, {
    layer: async (files, own) => keptOrCompiled(files, own, VERSION, compiler),
    project: async (file) => (await compiler()).parseProject(file),
  });
  if (!situation.allowed) return { launch: situation, texts };

  const { policy, host, movedHome, notices } = situation.granted;
  const { request } = options.granted;
  const engines = await enginesFor(request, policy, host, extras);
  const plan = resolve(request, policy, host, engines);
  if (!plan.allowed) return { launch: plan, texts };
  return { launch: allow({ options: options.granted, plan: plan.granted, policy, host, movedHome, notices }), texts };
}

/** What this policy needs on this system, and nothing else. */
async function enginesFor(
  request: Request,
  policy: Policy,
  host: Host,
  { regex, hosts, masks, locked, seatbelt, landlock, commandLine, container }: Extras,
): Promise<Engines> {
  const isForHosts = everyServer(policy).some(
    ({ id, network }) => network.mode !== 'none' && (request.kind === 'command' || request.id === id),
  );
  const { grantHosts, whyNoHost } = isForHosts ? await hosts() : {};
  return {
    ...(policy.layers.some(usesRegex) ? enginesOf(await regex()) : NO_ENGINES),
    locked: (...asked) => locked().decideUnseen(...asked),
    pinned: (...asked) => locked().decidePinned(...asked),
    masks: () => masks().masksHere,
    landlock,
    container: (...asked) => container().resolveContainer(...asked),
    ...(request.kind === 'command' && (await commandLine())),
    ...(host.platform === 'darwin' && { macos: (await seatbelt()).MACOS }),
    ...(grantHosts && whyNoHost && { grantHosts, host: (value: string, id: string) => whyNoHost(policy, id, value) }),
  };
}
