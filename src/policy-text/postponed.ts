import type { Placed } from '../policy/policy.ts';
import { keyPlaceOf, type Origin, type PlacedEntry } from './placed-entry.ts';
import type { CeilingInput, PolicyInput, ProjectInput } from './schema.ts';
import type { ServerInput } from './schema-server.ts';

/** Keys of an entry that nothing enforces yet: a name to show, and where it stands. */
export function postponedInServer(server: ServerInput, origin: PlacedEntry['origin']): Placed<string>[] {
  const found = (['secrets', 'limits', 'tools', 'prompts', 'resources', 'client'] as const)
    .filter((key) => server[key] !== undefined)
    .map((key) => ({ value: key as string, at: keyPlaceOf(origin(key)) }));
  const kind = /^(?:npm|pypi|oci):/.exec(server.command)?.[0];
  const name = kind ?? server.command.slice(server.command.lastIndexOf('/') + 1);
  if (kind !== undefined || INSTALLERS.has(name))
    found.push({ value: `command: ${name}`, at: keyPlaceOf(origin('command')) });
  if (server.network !== undefined && server.network !== 'none')
    found.push({ value: 'network', at: keyPlaceOf(origin('network')) });
  return found;
}

/** Programs that install at start, or hand over to a daemon: each needs a grammar and a lock before it may stand here. */
const INSTALLERS = new Set(['npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'bunx', 'uvx', 'uv', 'pipx', 'docker', 'podman']);

export function postponedAtTop(policy: PolicyInput, origin: Origin): Placed<string>[] {
  return (['egress', 'audit'] as const)
    .filter((key) => policy[key] !== undefined)
    .map((key) => ({ value: key, at: keyPlaceOf(origin, key) }));
}

/** Of a ceiling, what would hold back more than anything does yet. */
export function postponedInCeiling(ceiling: CeilingInput, origin: Origin): Placed<string>[] {
  return (['limits', 'tools'] as const)
    .filter((key) => ceiling[key] !== undefined)
    .map((key) => ({ value: `ceiling.${key}`, at: keyPlaceOf(origin, key) }));
}

/** Of a project's file, all but what it hides. */
export function postponedInProject(server: ProjectInput['servers'][string], origin: Origin): Placed<string>[] {
  return Object.entries(server)
    .filter(([key, value]) => key !== 'files' && value !== undefined)
    .map(([key]) => ({ value: key, at: keyPlaceOf(origin, key) }));
}
