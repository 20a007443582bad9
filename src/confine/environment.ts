import { secretFile } from '../plan/sandbox-paths.ts';
import type { Plan } from '../plan/plan.ts';
import type { Spawn } from './spawn.ts';

/** Values that a plan does not hold: of the client's variables by name, and of secrets by the variable's. */
export interface Values {
  client(name: string): string | undefined;
  secret(name: string): string | undefined;
}

/** Of what is given nothing. */
export const NO_VALUES: Values = { client: () => undefined, secret: () => undefined };

/** The environment of a plan with its values. */
export function environmentOf(plan: Plan, values: Values): Spawn['env'] {
  return Object.fromEntries(
    plan.env.flatMap((rule) => {
      if (rule.from === 'client') return [[rule.name, values.client(rule.name) ?? '']];
      if (rule.from !== 'secret') return [[rule.name, rule.value]];
      const value = values.secret(rule.name);
      if (value === undefined) return []; // optional, and not there
      return [[rule.name, rule.as === 'file' ? secretFile(rule.name) : value]];
    }),
  );
}
