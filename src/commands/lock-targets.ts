import { refusal, type Finding } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { identityText } from '../identity/identity.ts';
import type { PackageId } from '../lock/package-id.ts';
import type { Layer, Policy, ServerPolicy } from '../policy/policy.ts';
import { lockFileOf } from '../state/lock-file.ts';

/** A package that a layer names, with the servers that it is for. */
export interface Target {
  readonly kind: 'npm' | 'pypi';
  readonly id: PackageId;
  /** As a lock has it. */
  readonly identity: string;
  readonly layer: Layer;
  readonly file: string;
  readonly servers: readonly ServerPolicy[];
}

/** What is to be locked of these policies, or of the servers of them that are named; and what of it cannot be. */
export function findTargets(
  { layers }: Policy,
  wanted: readonly string[],
): { readonly targets: readonly Target[]; readonly findings: readonly Finding[] } {
  const all = layers.flatMap(({ servers }) => servers);
  const ids = [...new Set(all.map(({ id }) => id))];
  const unknown = wanted.filter((id) => !ids.includes(id)).map((id) => unknownServer(id, ids));
  const asked = (server: ServerPolicy): boolean => wanted.length === 0 || wanted.includes(server.id);
  return { targets: layers.flatMap((layer) => targetsOf(layer, asked)), findings: unknown };
}

/** All that any layer names. */
export function namedBy(layer: Layer): ReadonlySet<string> {
  return new Set(targetsOf(layer, () => true).map(({ identity }) => identity));
}

function targetsOf(layer: Layer, asked: (server: ServerPolicy) => boolean): Target[] {
  const targets = new Map<string, Target>();
  for (const server of layer.servers.filter(asked)) {
    // An image is held by its digest: there is nothing to write down.
    if (!server.identity || server.identity.kind === 'oci') continue;
    const { kind, name, version } = server.identity;
    const id = { name, version };
    const identity = identityText(server.identity);
    const servers = [...(targets.get(identity)?.servers ?? []), server];
    targets.set(identity, { kind, id, identity, layer, file: lockFileOf(layer), servers });
  }
  return [...targets.values()];
}

function unknownServer(id: string, ids: readonly string[]): Finding {
  const near = suggest(id, ids);
  const hint = near === undefined ? 'correct the name' : `did you mean \`${near}\`?`;
  return refusal('server-unknown', `there is no server \`${id}\` in the policy`, hint);
}
