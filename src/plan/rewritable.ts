import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';

/**
 * What a server runs and a server can write: it decides what the next start runs. The program is held by its hash, so
 * only its own server is kept from it; an interpreter has none, so every server is. `unlocked` gives both up.
 */
export function findRewritable(server: ServerPolicy, program: Program, policy: Policy, host: Host): Finding[] {
  if (unsafeAt(server, 'unlocked')) return [];
  const interpreter = program.interpreter?.real;
  return policy.servers.flatMap((other) =>
    other.write.flatMap(({ value, at }) => {
      const root = host.real(expandHome(value, host));
      if (root === undefined) return [];
      if (interpreter !== undefined && isWithin(interpreter, root)) return [rewritable(other, interpreter, server, at)];
      return other === server && isWithin(program.real, root) ? [rewritable(other, program.real, server, at)] : [];
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
