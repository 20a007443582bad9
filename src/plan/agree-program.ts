import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { matchesName } from '../match/name-pattern.ts';
import { isWithin } from '../match/path.ts';
import type { Ceiling, Placed } from '../policy/policy.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Entries } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';

/** The one program that every layer means and the ceiling admits, held by the strongest thing that one of them asks. */
export function agreeProgram(
  [first, ...others]: readonly GrantedProgram[],
  entries: Entries,
  ceiling: Ceiling | undefined,
  host: Host,
): Decision<GrantedProgram> {
  const [strongest] = entries;
  if (!first) throw new Error('a program was to be agreed on, and no layer was asked');
  const other = others.findIndex(({ argv }) => argv.join('\0') !== first.argv.join('\0'));
  const differing = entries[other + 1];
  if (other !== -1 && differing) {
    return deny({
      ...refusal(
        'layer-conflict',
        `\`${differing.server.id}\` is another program here than in another policy`,
        `write the same \`command\` in both, or remove this entry`,
        differing.server.command.at,
      ),
      related: [{ message: 'the other entry', place: strongest.server.command.at }],
    });
  }
  const { real, locked, heldBy } = first.program;
  const name = heldBy === 'digest' ? `oci:${real}` : locked?.identity;
  const admits = ({ value }: Placed<string>): boolean =>
    name ? matchesName(value, name) : value.startsWith('/') && isWithin(real, host.real(value) ?? value);
  if (ceiling && !ceiling.command.some(admits)) {
    return deny({
      ...refusal(
        'beyond-ceiling',
        `\`${name ?? real}\` is no program that the managed policy’s \`ceiling\` admits`,
        'ask who keeps the managed policy, or use a program that it names',
        strongest.server.command.at,
      ),
      related: [{ message: '`ceiling`', place: ceiling.command[0]?.at ?? ceiling.at }],
    });
  }
  return allow(
    others.reduce((held, one) => (HOLDS[one.program.heldBy] < HOLDS[held.program.heldBy] ? one : held), first),
  );
}

const HOLDS: Record<Program['heldBy'], number> = { lock: 0, digest: 0, sha256: 0, root: 1, nothing: 2 };
