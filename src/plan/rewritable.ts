import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { everyServer, unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';

/**
 * What a server runs, and a server of this policy can write: that one decides what is run. A hash tells of it only
 * until the program is read again. `unlocked` gives it up.
 */
export function findRewritable(server: ServerPolicy, program: Program, policy: Policy, host: Host): Finding[] {
  if (unsafeAt(server, 'unlocked')) return [];
  const files = [program.real, ...(program.interpreter ? [program.interpreter.real] : [])];
  return everyServer(policy).flatMap((other) =>
    other.write.flatMap(({ value, at }) => {
      const root = host.real(expandHome(value, host));
      const file = root === undefined ? undefined : files.find((one) => isWithin(one, root));
      return file === undefined ? [] : [rewritable(other, file, server, at)];
    }),
  );
}

function rewritable(writer: ServerPolicy, file: string, server: ServerPolicy, at: Place): Finding {
  return refusal(
    'grant-overlap',
    `\`${writer.id}\` could rewrite \`${file}\`, which \`${server.id}\` runs`,
    'grant it for reading, or write `unsafe: [unlocked]`',
    at,
  );
}
