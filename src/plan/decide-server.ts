import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { unsafeAt, type Layer, type Policy, type ServerPolicy } from '../policy/policy.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import type { Request } from './request.ts';

/** A layer that has a say in a launch, and what it says. */
export interface Entry {
  readonly layer: Layer;
  readonly server: ServerPolicy;
  /** Whether it would have it run without a sandbox, where all files are seen: then it names none, and is asked for none. */
  readonly seesAll: boolean;
}

/** Every layer that names the server, strongest first: each will be asked. */
export type Entries = readonly [Entry, ...Entry[]];

/** Which server is meant, and what is asked of it: of a launcher's line, the arguments that are the server's own. */
export interface Asked {
  readonly entries: Entries;
  readonly request: Request;
}

/** Which server a request means: the one with that id, or the one whose entry is exactly that command line. */
export function decideServer(request: Request, policy: Policy, host: Host, engines: Engines): Decision<Asked> {
  if (request.kind === 'command') return engines.byCommandLine(request, policy, host, engines);
  const found = byId(request.id, policy);
  return found.allowed ? allow({ entries: found.granted, request }) : found;
}

export function byId(id: string, policy: Policy): Decision<Entries> {
  const [first, ...others] = entriesOf(id, policy);
  if (!first) return deny(unknown(id, policy));
  return isAddition(first, policy) ? deny(notManaged(first, policy)) : allow([first, ...others]);
}

/** The strongest policy that names a server grants it, so that one's lock counts. */
export function grantingLayer({ server, layer }: Pick<Entry, 'server' | 'layer'>, { layers }: Policy): Layer {
  return layers.find(({ servers }) => servers.some(({ id }) => id === server.id)) ?? layer;
}

function entriesOf(id: string, { layers }: Policy): Entry[] {
  return layers.flatMap((layer) =>
    layer.servers
      .filter((server) => server.id === id)
      .map((server) => ({ layer, server, seesAll: unsafeAt(server, 'no-sandbox') !== undefined })),
  );
}

/** Below a managed policy, a server of the user's own may run only where that policy has a ceiling, and no lockdown. */
function isAddition({ layer }: Entry, { layers }: Policy): boolean {
  const managed = layers.find(({ kind }) => kind === 'managed');
  return (
    managed !== undefined && layer !== managed && (managed.ceiling === undefined || managed.lockdown !== undefined)
  );
}

function unknown(id: string, policy: Policy) {
  return refusal('server-unknown', `the policy has no server \`${id}\``, knownServers(id, policy));
}

function knownServers(id: string, policy: Policy): string {
  const ids = [...new Set(policy.layers.flatMap(({ servers }) => servers.map((server) => server.id)))];
  const near = suggest(id, ids);
  if (near) return `did you mean \`${near}\`?`;
  const has = ids.length > 0 ? ids.map((one) => `\`${one}\``).join(', ') : 'no servers';
  return `${namesOf(policy)} has ${has}`;
}

export function namesOf({ layers }: Policy): string {
  return layers.flatMap(({ files }) => files).join(', ') || 'the policy';
}

function notManaged({ server }: Entry, { layers }: Policy) {
  const managed = layers.find(({ kind }) => kind === 'managed');
  const place = managed?.lockdown;
  return {
    ...refusal(
      'server-not-managed',
      `\`${server.id}\` is not in the managed policy, ${place ? 'whose servers alone may run' : 'which admits no others'}`,
      `ask who keeps ${managed?.files.join(', ') ?? 'it'} to add it`,
      server.at,
    ),
    ...(place && { related: [{ message: '`lockdown`', place }] }),
  };
}
