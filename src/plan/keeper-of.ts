import { custody, type Custody } from '../match/custody.ts';
import type { Host } from './host.ts';
import { wayTo } from './way-to.ts';

/**
 * Who could change what a path leads to: the file, a directory above it, or a link on the way to it, which decides
 * what file it is. Undefined when one of them cannot be looked at.
 */
export function keeperOf(path: string, host: Host): Custody | undefined {
  const real = host.real(path);
  if (real === undefined) return undefined;
  const ways = [...wayTo(path, host).links, real].map((way) => host.steps(way));
  const steps = ways.flatMap((way) => way ?? []);
  return ways.every((way) => way !== undefined) ? custody(steps, host.account.uid) : undefined;
}
