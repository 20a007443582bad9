import { allow, type Decision } from './finding/decision.ts';
import type { Finding } from './finding/finding.ts';
import type { Host } from './plan/host.ts';
import { enginesOf, NO_ENGINES, type RegexModule } from './plan/matching.ts';
import type { Plan } from './plan/plan.ts';
import { resolve } from './plan/resolve.ts';
import { usesRegex } from './policy/uses-regex.ts';
import { readRunArguments, type RunArguments } from './run-arguments.ts';
import { keptOrCompiled, type Compiler } from './state/compiled-policy.ts';
import { gather, type Texts } from './state/situation.ts';
import { VERSION } from './version.ts';

/** What deciding takes now and then, loaded where it does. */
export interface Extras {
  readonly compiler: Compiler;
  /** The engine for regular expressions, for policies that have one. */
  readonly regex: () => Promise<RegexModule>;
  /** Masks inside what is granted, for policies that hide something or let a server write. */
  readonly masks: () => typeof import('./masks.ts'); // eslint-disable-line typescript/consistent-type-imports
}

/** A start that is allowed. */
export interface Launch {
  readonly options: RunArguments;
  readonly plan: Plan;
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
  { compiler, regex, masks }: Extras,
): Promise<Decided> {
  const options = readRunArguments(argv);
  if (!options.allowed) return { launch: options, texts: new Map() };

  const { situation, texts } = await gather(options.granted.policy, environment, {
    layer: async (files, own) => keptOrCompiled(files, own, VERSION, compiler),
    project: async (file) => (await compiler()).parseProject(file),
  });
  if (!situation.allowed) return { launch: situation, texts };

  const { policy, host, movedHome, notices } = situation.granted;
  const loaded = policy.layers.some(usesRegex) ? enginesOf(await regex()) : NO_ENGINES;
  const engines = { ...loaded, masks: () => masks().masksHere };
  const plan = resolve(options.granted.request, policy, host, engines);
  if (!plan.allowed) return { launch: plan, texts };
  return { launch: allow({ options: options.granted, plan: plan.granted, host, movedHome, notices }), texts };
}
