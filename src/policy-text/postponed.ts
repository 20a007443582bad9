import type { Placed } from '../policy/policy.ts';
import { keyPlaceOf, placeOf, type Origin, type PlacedEntry } from './placed-entry.ts';
import type { CeilingInput, PolicyInput, ProjectInput } from './schema.ts';
import type { LimitsInput } from './schema-limits.ts';
import type { ServerInput } from './schema-server.ts';

/** Keys of an entry that nothing enforces yet: a name to show, and where it stands. */
export function postponedInServer(server: ServerInput, origin: PlacedEntry['origin']): Placed<string>[] {
  const found = (['tools', 'prompts', 'resources', 'client'] as const)
    .filter((key) => server[key] !== undefined)
    .map((key) => ({ value: key as string, at: keyPlaceOf(origin(key)) }));
  found.push(...postponedDeliveries(server, origin));
  found.push(...postponedLimits(server.limits, origin('limits'), 'limits'));
  return found;
}

/** What goes into messages: nothing writes into messages yet. */
function postponedDeliveries({ secrets = {} }: ServerInput, origin: PlacedEntry['origin']): Placed<string>[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const as = typeof secret === 'object' && 'from' in secret ? secret.as : undefined;
    if (as !== 'initialize' && as !== 'request') return [];
    return [{ value: `secrets: as: ${as}`, at: placeOf(origin('secrets'), name, 'as') }];
  });
}

export function postponedAtTop(policy: PolicyInput, origin: Origin): Placed<string>[] {
  return (['audit'] as const)
    .filter((key) => policy[key] !== undefined)
    .map((key) => ({ value: key, at: keyPlaceOf(origin, key) }));
}

/** Of a ceiling, what would hold back more than anything does yet. */
export function postponedInCeiling(ceiling: CeilingInput, origin: Origin): Placed<string>[] {
  const found = postponedLimits(ceiling.limits, { ...origin, path: [...origin.path, 'limits'] }, 'ceiling.limits');
  return ceiling.tools === undefined ? found : [...found, { value: 'ceiling.tools', at: keyPlaceOf(origin, 'tools') }];
}

/** Of a project's file, what would narrow more than anything does yet. */
export function postponedInProject(
  { limits, ...server }: ProjectInput['servers'][string],
  origin: Origin,
): Placed<string>[] {
  const found = Object.entries(server)
    .filter(([key, value]) => key !== 'files' && value !== undefined)
    .map(([key]) => ({ value: key, at: keyPlaceOf(origin, key) }));
  return [...found, ...postponedLimits(limits, { ...origin, path: [...origin.path, 'limits'] }, 'limits')];
}

/** Limits of messages: nothing reads messages yet. */
function postponedLimits(limits: LimitsInput | undefined, origin: Origin, key: string): Placed<string>[] {
  return (['message', 'result', 'calls', 'notifications', 'bytes', 'repeat'] as const)
    .filter((name) => limits?.[name] !== undefined)
    .map((name) => ({ value: `${key}.${name}`, at: keyPlaceOf(origin, name) }));
}
