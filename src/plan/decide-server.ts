import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { unsafeAt, type Layer, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { fillWhole } from './fill-arguments.ts';
import { locateCommand } from './locate-command.ts';
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

/** Which server a request means: the one with that id, or the one whose entry is exactly that command line. */
export function decideServer(request: Request, policy: Policy, host: Host, engines: Engines): Decision<Entries> {
  return request.kind === 'server' ? byId(request.id, policy) : byCommandLine(request, policy, host, engines);
}

function byId(id: string, policy: Policy): Decision<Entries> {
  const [first, ...others] = entriesOf(id, policy);
  if (!first) return deny(unknown(id, policy));
  return isAddition(first, policy) ? deny(notManaged(first, policy)) : allow([first, ...others]);
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

function namesOf({ layers }: Policy): string {
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

function byCommandLine(
  { command, args }: Extract<Request, { kind: 'command' }>,
  policy: Policy,
  host: Host,
  engines: Engines,
): Decision<Entries> {
  const ids = [...new Set(policy.layers.flatMap(({ servers }) => servers.map(({ id }) => id)))];
  const known = ids.flatMap((id): Entries[] => {
    const entries = byId(id, policy);
    return entries.allowed ? [entries.granted] : [];
  });
  const matching = known.filter(
    ([{ layer, server }]) =>
      isSameProgram(command, server, layer, host) && fillWhole(server, args, host, engines).allowed,
  );
  const [only, ...others] = matching;
  if (!only) {
    return deny(
      refusal(
        'command-not-allowed',
        `no entry of ${namesOf(policy)} runs \`${[command, ...args].join(' ')}\``,
        'add an entry with this `command` and exactly these `args`; the program is compared by its real path',
      ),
    );
  }
  if (others.length === 0) return allow(only);
  const names = matching.map(([{ server }]) => `\`${server.id}\``).join(', ');
  const { id, at } = only[0].server;
  return deny(
    refusal('command-ambiguous', `this command line matches ${names}`, `say which: \`mcp-secure-run run ${id}\``, at),
  );
}

/** A program that is not there still matches its entry as written: then the refusal can say that it is missing. */
function isSameProgram(command: string, server: ServerPolicy, layer: Layer, host: Host): boolean {
  const asked = locateCommand(command, layer, host);
  const entry = locateCommand(server.command.value, layer, host);
  return asked && entry ? asked.real === entry.real : command === server.command.value;
}
