import type { Host } from '../plan/host.ts';
import { programPath } from '../plan/locate-command.ts';
import type { EnvRule } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { referenceText } from '../policy/reference.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import type { Asked, Surroundings } from './asked.ts';

/** What the variables of a server are asked for. */
export function secretsOf(env: readonly EnvRule[], givenUp: readonly Unsafe[]): readonly Asked[] {
  const mayBeShort = givenUp.includes('short-secret');
  return env.flatMap((rule) => {
    if (rule.from !== 'secret') return [];
    const { name: variable, reference, optional, because } = rule;
    const at = because.at && { at: because.at };
    return [{ variable, reference, written: referenceText(reference), optional, mayBeShort, ...at }];
  });
}

/** Tools are looked for where the strongest policy with this server looks for programs. */
export function programPathFor(server: string, { layers }: Policy, host: Host): Surroundings['programPath'] {
  return programPath(layers.find(({ servers }) => servers.some(({ id }) => id === server)) ?? {}, host);
}
