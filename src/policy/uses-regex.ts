import type { Matcher } from '../match/matcher.ts';
import { isSlot, type Layer } from './policy.ts';

/** Whether judging a launch by this layer takes the engine for regular expressions. */
export function usesRegex({ servers }: Layer): boolean {
  return servers.some(
    ({ args, pass }) =>
      args.some((argument) => isSlot(argument) && hasRegex(argument.slot)) ||
      pass.some(({ value }) => value && hasRegex(value)),
  );
}

function hasRegex({ match, each }: Matcher): boolean {
  return match !== undefined || (each !== undefined && hasRegex(each));
}
