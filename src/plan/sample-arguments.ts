import type { Matcher } from '../match/matcher.ts';
import { isSlot, type ServerPolicy } from '../policy/policy.ts';

/** Arguments that the slots of an entry should take, to try it with; undefined where none can be made up. */
export function sampleArguments(server: ServerPolicy): readonly string[] | undefined {
  const slots = server.args.filter(isSlot).filter(({ rest }) => !rest);
  // Slots take from left to right: what is given to a later one is given to all before it.
  const last = slots.findLastIndex((slot) => !slot.optional && slot.default === undefined);
  const samples = slots.slice(0, last + 1).map(({ slot, default: given }) => given ?? sample(slot, server));
  const known = samples.filter((one) => one !== undefined);
  return known.length === samples.length ? known : undefined;
}

function sample(matcher: Matcher, { read, write }: ServerPolicy): string | undefined {
  if (matcher.path === 'write') return write[0]?.value;
  if (matcher.path === 'read') return [...read, ...write][0]?.value;
  if (matcher.equals !== undefined) return String(matcher.equals);
  if (matcher.oneOf) return matcher.oneOf[0] === undefined ? undefined : String(matcher.oneOf[0]);
  if (matcher.integer) return String(matcher.integer[0]);
  return undefined; // what a regular expression or a host admits is not for us to guess
}
