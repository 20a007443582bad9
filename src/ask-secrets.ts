import { allow, deny, type Decision } from './finding/decision.ts';
import { keepOutOfCores } from './host/no-core.ts';
import type { Host } from './plan/host.ts';
import type { Plan } from './plan/plan.ts';
import { referenceText } from './policy/reference.ts';
import type { Client } from './relay/client.ts';
import type { Running } from './relay/launch.ts';
import { withMaskedErrors } from './relay/masked-stream.ts';
import { resolveSecrets } from './secrets/resolve-secrets.ts';

/** The values of a plan's secrets, for who starts its server. */
export interface Answered {
  readonly value: (name: string) => string | undefined;
  /** The server, with its stderr masked. */
  readonly mask: (server: Running) => Running;
}

/** placeholder */
export async function askSecrets(plan: Plan, host: Host, client: Client): Promise<Decision<Answered>> {
  void [deny, keepOutOfCores, client, withMaskedErrors];
  const asked = plan.env.flatMap((rule) =>
    rule.from === 'secret'
      ? [{ variable: rule.name, reference: rule.reference, written: referenceText(rule.reference), optional: rule.optional, ...(rule.because.at && { at: rule.because.at }) }]
      : [],
  );
  const answers = await resolveSecrets(asked, host);
  const values = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.asked.variable, answer.value] as const] : [])));
  return allow({ value: (name) => values.get(name), mask: (server) => server });
}
