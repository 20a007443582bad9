import { allow, deny, type Decision } from './finding/decision.ts';
import { keepOutOfCores } from './host/no-core.ts';
import { Secret } from './mask/secret.ts';
import type { Host } from './plan/host.ts';
import type { Plan } from './plan/plan.ts';
import type { Policy } from './policy/policy.ts';
import type { Client } from './relay/client.ts';
import type { Running } from './relay/launch.ts';
import { withMaskedErrors } from './relay/masked-stream.ts';
import { endingWithUs } from './secrets/ending-with-us.ts';
import { findingsOf } from './secrets/finding-of-fault.ts';
import { programPathFor, secretsOf } from './secrets/of-plan.ts';
import { resolveSecrets } from './secrets/resolve-secrets.ts';

/** The values of a plan's secrets, for who starts its server. */
export interface Answered {
  /** Undefined of what is not there and need not be. */
  readonly value: (name: string) => string | undefined;
  /** The server, with its stderr masked. */
  readonly mask: (server: Running) => Running;
}

/** Loaded when there is something to mask. */
export type MaskModule = () => typeof import('./masking.ts'); // eslint-disable-line typescript/consistent-type-imports

/** Who asks, and for what. */
export interface Asking {
  readonly plan: Plan;
  readonly policy: Policy;
  readonly host: Host;
}

/**
 * Asks for what a plan's server is to be given, each reference once and all at the same time. Values go from here to
 * the server alone: what it says to stderr, and what we say from now on, does not hold them, and no core of this
 * process does.
 */
export async function askSecrets(
  { plan, policy, host }: Asking,
  client: Client,
  built: string,
  masking: MaskModule,
): Promise<Decision<Answered>> {
  keepOutOfCores();
  const answers = await endingWithUs(async (signal) =>
    resolveSecrets(
      secretsOf(
        plan.env,
        plan.weakened.map(({ ident }) => ident),
      ),
      { host, built, programPath: programPathFor(plan.server, policy, host), signal },
    ),
  );
  const findings = findingsOf(answers);
  if (findings.length > 0) return deny(...findings);

  const secrets = new Map<string, Secret>();
  for (const answer of answers) {
    const { variable } = answer.asked;
    if (answer.ok) secrets.set(variable, new Secret(variable, answer.value));
  }
  const mask = once(() =>
    masking().compileMask([...secrets.values()].map((one) => ({ name: one.name, value: one.reveal() }))),
  );
  client.errors.masked = (text) => mask().maskText(text);
  return allow({
    value: (name) => secrets.get(name)?.reveal(),
    mask: (server) => withMaskedErrors(server, () => mask().stream()),
  });
}

function once<Made extends object>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}
