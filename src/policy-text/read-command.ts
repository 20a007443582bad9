import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Identity } from '../identity/identity.ts';
import { runnerOf } from '../identity/interpreter.ts';
import { parseIdentity } from '../identity/parse-identity.ts';
import { isLauncher, readLauncher } from '../identity/read-launcher.ts';
import type { Fault, Launched, Misread } from '../identity/reading.ts';
import { placeOf, type PlacedEntry } from './placed-entry.ts';

/** What an entry's `command` and the first of its `args` say together. */
export interface CommandRead {
  /** Of a package or an image. */
  readonly identity?: Identity;
  /** How many of `args` are a launcher's. */
  readonly consumed: number;
  readonly findings: readonly Finding[];
}

/**
 * `command: npm:NAME@EXACT`, or a launcher with its words: both mean the same. What an interpreter is given is judged
 * where its real path is known.
 */
export function readCommand(entry: PlacedEntry): CommandRead {
  const { command, args = [] } = entry.input;
  const short = parseIdentity(command);
  if (short)
    return 'ident' in short ? wrong(short, at(entry)) : { identity: short.identity, consumed: 0, findings: [] };
  const name = command.slice(command.lastIndexOf('/') + 1);
  if (command !== name)
    return command.startsWith('/') && isLauncher(name) ? wrong(byPath(command, name), at(entry)) : NOTHING;
  if (runnerOf(command)) return NOTHING;

  const slot = args.findIndex((argument) => typeof argument !== 'string');
  const words = args.slice(0, slot === -1 ? args.length : slot).filter((argument) => typeof argument === 'string');
  const reading = readLauncher(command, words);
  if (!reading) return NOTHING;
  if (!reading.ok) return wrong(...blame(reading, command, slot, entry));
  const { identity, consumed } = reading;
  const findings = findUngranted(reading, entry);
  return identity.kind === 'script' ? { consumed: 0, findings } : { identity, consumed, findings };
}

const NOTHING: CommandRead = { consumed: 0, findings: [] };

function at({ origin }: PlacedEntry, token = -1): Place {
  return token === -1 ? placeOf(origin('command')) : placeOf(origin('args'), token);
}

function wrong({ ident, message, hint, floats }: Misread, place: Place): CommandRead {
  return { consumed: 0, findings: [{ ...refusal(ident, message, hint, place), ...(floats && { floats }) }] };
}

function byPath(command: string, name: string): Misread {
  const message = `\`${command}\` starts whatever its arguments say, and no grammar reads them behind a path`;
  return { ident: 'launcher-wrapper', message, hint: `write \`command: ${name}\`, which need not be installed` };
}

/** A line that only ends too early goes on with a slot: then who starts it would choose what runs. */
function blame(fault: Fault, command: string, slot: number, entry: PlacedEntry): [Misread, Place] {
  if (!fault.ended || slot === -1) return [fault, at(entry, fault.token)];
  const message = `what \`${command}\` runs would be chosen by who starts it`;
  const hint = 'write the package or the image itself, and slots after it';
  return [{ ident: 'launcher-option', message, hint }, at(entry, slot)];
}

/** `docker run -e NAME`: the container gets what the entry grants, and nothing by being named here. */
function findUngranted({ variables = [] }: Launched, { input, origin }: PlacedEntry): Finding[] {
  const passed = (input.pass ?? []).flatMap((one) => (typeof one === 'string' ? [one] : Object.keys(one)));
  const names = [passed.map((name) => name.replace(/\?$/, '')), Object.keys(input.env ?? {})].flat();
  const granted = new Set([...names, ...Object.keys(input.secrets ?? {})]);
  return variables
    .filter((name) => !granted.has(name))
    .map((name) => {
      const index = (input.args ?? []).findIndex((word) => word === name || word === `--env=${name}`);
      const message = `\`${name}\` is handed to the container, and this entry grants no such variable`;
      return refusal('launcher-option', message, `write \`pass: [${name}]\` too`, placeOf(origin('args'), index));
    });
}
