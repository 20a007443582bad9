import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { isSlot, type Placed, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { findPlantedLinks } from './planted-link.ts';
import { whyProtected } from './protected-path.ts';

export type Mode = 'read' | 'write';

/** A path of the user's that a server sees, by its real one. */
export interface Grant {
  readonly mode: Mode;
  readonly asked: Placed<string>;
  readonly real: string;
}

/**
 * Which of the user's files an entry grants. Nothing unless it names it; of a mode that a slot takes paths of, the list
 * is what they may lie below, and the given paths alone are granted.
 */
export function decideFiles(
  server: ServerPolicy,
  filled: Filled,
  policy: Policy,
  host: Host,
): Decision<readonly Grant[]> {
  const findings: Finding[] = [];
  const grants = (['write', 'read'] as const).flatMap((mode) =>
    asked(mode, server, filled).flatMap((path): Grant[] => {
      const absolute = expandHome(path.value, host);
      const real = host.real(absolute);
      const fault = judgeGrant(real, path, policy, host);
      const faults = fault ? [fault] : findPlantedLinks(absolute, path.at, policy, host);
      findings.push(...faults);
      return real === undefined || faults.length > 0 ? [] : [{ mode, asked: path, real }];
    }),
  );
  return allowUnless(
    findings,
    grants.filter((grant) => !isWritableAnyway(grant, grants, server)),
  );
}

/** A path that was given to be read, where the server may write: the slot adds nothing to that, and takes nothing away. */
function isWritableAnyway({ mode, real }: Grant, grants: readonly Grant[], server: ServerPolicy): boolean {
  if (mode === 'write' || !isSlotted(mode, server)) return false;
  return grants.some((other) => other.mode === 'write' && isWithin(real, other.real));
}

function asked(mode: Mode, server: ServerPolicy, { paths }: Filled): readonly Placed<string>[] {
  return isSlotted(mode, server) ? paths.filter((one) => one.mode === mode).map(({ path }) => path) : server[mode];
}

function isSlotted(mode: Mode, { args }: ServerPolicy): boolean {
  return args.some((argument) => isSlot(argument) && argument.slot.path === mode);
}

function judgeGrant(
  real: string | undefined,
  { value, at }: Placed<string>,
  policy: Policy,
  host: Host,
): Finding | undefined {
  const kind = real === undefined ? undefined : host.file(real)?.kind;
  if (real === undefined || kind === undefined)
    return refusal('grant-missing', `\`${value}\` is not there`, 'create it, or remove it from `files`', at);
  if (kind === 'other')
    return refusal(
      'grant-protected',
      `\`${value}\` is a socket, a pipe or a device`,
      'grant files and directories: what listens behind it is not confined',
      at,
    );
  const why =
    real === '/'
      ? ({ ident: 'grant-too-wide', what: 'is everything' } as const)
      : whyProtected(
          real,
          policy.layers.flatMap(({ files }) => files),
          host,
        );
  if (!why) return undefined;
  const name = real === value ? `\`${value}\`` : `\`${value}\` (${real})`;
  const hint =
    why.ident === 'grant-too-wide'
      ? 'grant the directories below it that the server works on'
      : 'leave it out: no server gets it, and nothing below it';
  return refusal(why.ident, `${name} ${why.what}`, hint, at);
}
