import { allow, deny } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { identityText, isSameIdentity } from '../identity/identity.ts';
import { readLauncher } from '../identity/read-launcher.ts';
import type { Reading } from '../identity/reading.ts';
import type { Layer, Policy, ServerPolicy } from '../policy/policy.ts';
import { byId, namesOf, type Entries } from './decide-server.ts';
import { fillWhole } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { locateCommand } from './locate-command.ts';
import type { Engines } from './matching.ts';

/**
 * The server that a command line means: of a launcher's, the one whose entry has the same identity, by whatever launcher
 * either is written; of another program's, the one that is the same file. In both the arguments must be the entry's.
 *
 * A file of its own, for clients that were not wrapped: `run SERVER` does not load it.
 */
export const byCommandLine: Engines['byCommandLine'] = (request, policy, host, engines) => {
  const { command, args } = request;
  const ids = [...new Set(policy.layers.flatMap(({ servers }) => servers.map(({ id }) => id)))];
  const known = ids.flatMap((id): Entries[] => {
    const entries = byId(id, policy);
    return entries.allowed ? [entries.granted] : [];
  });
  const matching = known.flatMap((entries) => {
    const own = ownArguments(command, args, entries[0], host);
    return own && fillWhole(entries[0].server, own, host, engines).allowed ? [{ entries, own }] : [];
  });
  const [only, ...others] = matching;
  if (!only) return deny(noEntry(command, args, known, policy, host));
  if (others.length === 0) return allow({ entries: only.entries, request: { ...request, args: only.own } });

  const names = matching.map(({ entries: [{ server }] }) => `\`${server.id}\``).join(', ');
  const { id, at } = only.entries[0].server;
  return deny(
    refusal('command-ambiguous', `this command line matches ${names}`, `say which: \`mcp-secure-run run ${id}\``, at),
  );
};

/** What of these arguments is the server's, where the command is what its entry runs. */
function ownArguments(
  command: string,
  args: readonly string[],
  { layer, server }: Entries[0],
  host: Host,
): readonly string[] | undefined {
  if (!server.identity) return isSameProgram(command, server, layer, host) ? args : undefined;
  const reading = readAs(command, args, layer, host);
  if (!reading?.ok || reading.identity.kind === 'script') return undefined;
  return isSameIdentity(reading.identity, server.identity) ? args.slice(reading.consumed) : undefined;
}

/** A path is a launcher only if it leads to the very file that its name alone would: anybody can call a file `npx`. */
function readAs(
  command: string,
  args: readonly string[],
  layer: Pick<Layer, 'programPath'>,
  host: Host,
): Reading | undefined {
  if (!command.includes('/')) return readLauncher(command, args);
  const name = command.slice(command.lastIndexOf('/') + 1);
  const file = locateCommand(command, layer, host);
  return file && locateCommand(name, layer, host)?.real === file.real ? readLauncher(name, args) : undefined;
}

/** A program that is not there still matches its entry as written: then the refusal can say that it is missing. */
function isSameProgram(command: string, server: ServerPolicy, layer: Layer, host: Host): boolean {
  const asked = locateCommand(command, layer, host);
  const entry = locateCommand(server.command.value, layer, host);
  return asked && entry ? asked.real === entry.real : command === server.command.value;
}

/** Of a launcher's line, the word that is not taken; of one that is, what the policy has instead. */
function noEntry(
  command: string,
  args: readonly string[],
  known: readonly Entries[],
  policy: Policy,
  host: Host,
): Finding {
  const line = `no entry of ${namesOf(policy)} runs \`${[command, ...args].join(' ')}\``;
  const readings = [{}, ...policy.layers].map((layer) => readAs(command, args, layer, host));
  const reading = readings.find((one) => one !== undefined);
  if (reading?.ok === false) return refusal('command-not-allowed', `${line}: ${reading.message}`, reading.hint);
  if (!reading || reading.identity.kind === 'script') {
    const hint = 'add an entry with this `command` and exactly these `args`; the program is compared by its real path';
    return refusal('command-not-allowed', line, hint);
  }
  const { identity } = reading;
  const text = identityText(identity);
  const servers = known.map(([{ server }]) => server);
  const same = servers.find((server) => server.identity && isSameIdentity(identity, server.identity));
  if (same) {
    const hint = `the arguments are others than those of \`${same.id}\`: they must be exactly its \`args\``;
    return refusal('command-not-allowed', line, hint, same.at);
  }
  const near = servers.find(
    (server) => server.identity && withoutVersion(server.identity) === withoutVersion(identity),
  );
  const has = near?.identity && identityText(near.identity);
  const hint = near
    ? `\`${near.id}\` is \`${has}\`, and this is \`${text}\``
    : `add an entry with \`command: ${text}\``;
  return refusal('command-not-allowed', line, hint, near?.command.at);
}

function withoutVersion(identity: NonNullable<ServerPolicy['identity']>): string {
  return identity.kind === 'oci' ? `oci:${identity.image}` : `${identity.kind}:${identity.name}`;
}
