import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { whyNot } from '../match/why-not.ts';
import { isSlot, type Placed, type ServerPolicy, type Slot } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import { matchingFor, type Engines } from './matching.ts';

/** A server's arguments, whole, and the paths that slots took. */
export interface Filled {
  readonly args: readonly Placed<string>[];
  readonly paths: readonly { readonly mode: 'read' | 'write'; readonly path: Placed<string> }[];
}

/** The arguments of an entry, its slots filled in order with what was given after `--`. */
export function fillSlots(
  server: ServerPolicy,
  given: readonly string[],
  host: Host,
  engines: Engines,
): Decision<Filled> {
  return fill(server, given, host, engines, false);
}

/** The same where a whole list of arguments was given: text must be there exactly, slots take what lies between. */
export function fillWhole(
  server: ServerPolicy,
  given: readonly string[],
  host: Host,
  engines: Engines,
): Decision<Filled> {
  return fill(server, given, host, engines, true);
}

function fill(
  server: ServerPolicy,
  given: readonly string[],
  host: Host,
  engines: Engines,
  isWhole: boolean,
): Decision<Filled> {
  const context = matchingFor(server, host, engines);
  const left = [...given];
  const args: Placed<string>[] = [];
  const paths: Filled['paths'][number][] = [];
  const findings: Finding[] = [];

  const take = (slot: Slot, value: string): void => {
    const why = whyNot(slot.slot, value, context);
    if (why !== undefined) return void findings.push(refused(value, why, slot));
    const { path: mode } = slot.slot;
    // The real path is what was judged, so it is what the server gets.
    const path = mode && host.real(expandHome(value, host));
    args.push({ value: path ?? value, at: slot.at });
    if (mode && path !== undefined) paths.push({ mode, path: { value: expandHome(value, host), at: slot.at } });
  };

  for (const argument of server.args) {
    if (!isSlot(argument)) {
      if (isWhole && left.shift() !== argument.value) return deny(notAllowed(server, given));
      args.push(argument);
    } else if (argument.rest) {
      for (const value of left.splice(0)) take(argument, value);
    } else {
      const next = left[0];
      const fits =
        next !== undefined &&
        (!isWhole || !mayBeAbsent(argument) || whyNot(argument.slot, next, context) === undefined);
      if (fits) take(argument, left.shift() ?? '');
      else if (argument.default !== undefined) take(argument, argument.default);
      else if (!argument.optional) findings.push(missing(server, argument));
    }
  }
  if (left.length > 0) return deny(...findings, notAllowed(server, left));
  return findings.length > 0 ? deny(...findings) : allow({ args, paths });
}

function mayBeAbsent({ optional, default: given }: Slot): boolean {
  return optional || given !== undefined;
}

function refused(value: string, why: string, { at }: Slot): Finding {
  return refusal('argument-refused', `\`${value}\` ${why}`, 'give what this slot admits, or change the slot', at);
}

function missing({ id }: ServerPolicy, { slot, at }: Slot): Finding {
  const what = slot.path ? 'a path' : 'an argument';
  return refusal(
    'argument-missing',
    `\`${id}\` needs ${what} here, and got none`,
    `\`mcp-secure-run run ${id} -- …\``,
    at,
  );
}

function notAllowed({ id, args, at }: ServerPolicy, given: readonly string[]): Finding {
  const words = given.map((argument) => `\`${argument}\``).join(' ');
  const hint = 'write them in `args` of this entry: the policy alone says what a server is started with';
  const takes = args.some(isSlot) ? 'takes no such arguments' : 'takes no further arguments';
  return refusal('arguments-not-allowed', `\`${id}\` ${takes}, and got ${words}`, hint, at);
}
