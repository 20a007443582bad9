import { parseHostPattern } from '../match/host-pattern.ts';
import type { Argument, EnvPass, NetworkRule, ServerPolicy, Slot } from '../policy/policy.ts';
import { parseLimits } from './parse-limits.ts';
import { keyPlaceOf, placeOf, placedList, type Origin, type PlacedEntry } from './placed-entry.ts';
import { toSecrets } from './parse-secrets.ts';
import { postponedInServer } from './postponed.ts';
import { readCommand } from './read-command.ts';
import type { ServerInput } from './schema-server.ts';

/** An entry as `run` decides on it: every value with its place. */
export function parseServer(entry: PlacedEntry): ServerPolicy {
  const { id, input, origin, hide } = entry;
  const { identity, consumed } = readCommand(entry);
  const args = (input.args ?? []).map((argument, index) => toArgument(argument, origin('args'), index));
  return {
    id,
    at: keyPlaceOf(origin()),
    command: { value: input.command, at: placeOf(origin('command')) },
    ...(identity && { identity }),
    args: args.slice(consumed),
    ...(input.sha256 !== undefined && { sha256: { value: input.sha256, at: placeOf(origin('sha256')) } }),
    env: Object.entries(input.env ?? {}).map(([name, value]) => ({ name, value, at: keyPlaceOf(origin('env'), name) })),
    pass: (input.pass ?? []).flatMap((passed, index) => toPass(passed, origin('pass'), index)),
    secrets: toSecrets(input.secrets, origin('secrets')),
    ...(input.cwd !== undefined && { cwd: { value: input.cwd, at: placeOf(origin('cwd')) } }),
    state: placedList(input.state, origin('state')),
    read: placedList(input.files?.read, origin('files', 'read')),
    write: placedList(input.files?.write, origin('files', 'write')),
    hide,
    network: toNetwork(input.network, origin('network')),
    limits: parseLimits(input.limits, origin('limits')),
    unsafe: placedList(input.unsafe, origin('unsafe')),
    postponed: postponedInServer(input, origin),
  };
}

/** Hosts in canonical form. What is none has been refused by the schema. */
export function toNetwork(network: ServerInput['network'], origin: Origin): NetworkRule {
  if (network === undefined) return { mode: 'none' };
  if (typeof network === 'string') return { mode: network, at: placeOf(origin) };
  const hosts = network.flatMap((entry, index) => {
    const pattern = parseHostPattern(entry);
    return pattern ? [{ ...pattern, at: placeOf(origin, index) }] : [];
  });
  return { mode: 'list', hosts };
}

type ArgumentInput = NonNullable<ServerInput['args']>[number];

function toArgument(written: ArgumentInput, origin: Origin, index: number): Argument {
  const at = placeOf(origin, index);
  if (typeof written === 'string') return { value: written, at };
  const { rest, optional, default: given, ...matcher } = written;
  const slot: Slot = {
    slot: rest ?? matcher,
    rest: rest !== undefined,
    optional: optional === true,
    ...(given !== undefined && { default: given }),
    at,
  };
  return slot;
}

type PassInput = NonNullable<ServerInput['pass']>[number];

function toPass(written: PassInput, origin: Origin, index: number): EnvPass[] {
  const entries = typeof written === 'string' ? [[written, undefined] as const] : Object.entries(written);
  return entries.map(([name, value]) => ({
    name: name.replace(/\?$/, ''),
    optional: name.endsWith('?'),
    ...(value && { value }),
    at: value ? keyPlaceOf(origin, index, name) : placeOf(origin, index),
  }));
}
