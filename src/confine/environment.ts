import type { Plan } from '../plan/plan.ts';
import type { Spawn } from './spawn.ts';

/** The environment of a plan with its values; `variable` gives those of the client's. */
export function environmentOf(plan: Plan, variable: (name: string) => string | undefined): Spawn['env'] {
  return Object.fromEntries(
    plan.env.map((rule) => [rule.name, rule.from === 'client' ? (variable(rule.name) ?? '') : rule.value]),
  );
}
