import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import { custody, type Custody } from '../match/custody.ts';
import type { Policy } from '../policy/policy.ts';
import type { Host } from './host.ts';

/** Who else could change this file, or put another in its place. `real` is a real path. */
export function judgeCustody(real: string, at: Place, host: Host): Finding[] {
  const steps = host.steps(real);
  if (!steps)
    return [
      refusal(
        'program-unreadable',
        `\`${real}\` cannot be looked at`,
        `check who may read the directories above it: \`namei -l ${real}\``,
        at,
      ),
    ];
  return custodyFindings(custody(steps, host.account.uid), real, at, 'program-owner', 'program-writable');
}

function custodyFindings(keeper: Custody, real: string, at: Place, owner: Ident, writable: Ident): Finding[] {
  if (keeper.of !== 'others') return [];
  const what = keeper.path === real ? `\`${real}\`` : `\`${keeper.path}\`, above \`${real}\`,`;
  return keeper.fault === 'owner'
    ? [
        refusal(
          owner,
          `${what} belongs to neither root nor you`,
          `move the program below a directory of yours, or \`sudo chown root ${keeper.path}\``,
          at,
        ),
      ]
    : [refusal(writable, `${what} can be written by other accounts`, `\`chmod go-w ${keeper.path}\``, at)];
}

/** Whether it is a file that can be used so. */
export function judgeFile(real: string, at: Place, host: Host, use: 'read' | 'execute'): Finding[] {
  const file = host.file(real);
  if (!file)
    return [
      refusal(
        'program-unreadable',
        `\`${real}\` cannot be looked at`,
        `check who may read it: \`namei -l ${real}\``,
        at,
      ),
    ];
  if (file.kind !== 'file')
    return [refusal('program-not-a-file', `\`${real}\` is not a file`, 'name the program itself', at)];
  if (use === 'execute' && (file.mode & 0o111) === 0) {
    return [
      refusal(
        'program-not-executable',
        `\`${real}\` is not executable`,
        `\`chmod +x ${real}\`, or write its interpreter as \`command\` and the file as its first argument`,
        at,
      ),
    ];
  }
  return [];
}

/** A name is looked up here before the plan is made, so whoever may write such a directory chooses the program. */
export function findUnsafeProgramPath(policy: Policy, host: Host): Finding[] {
  return (policy.programPath ?? []).flatMap(({ value, at }) => {
    const real = host.real(value);
    const steps = real === undefined ? undefined : host.steps(real);
    if (real === undefined || !steps)
      return [refusal('program-path', `\`${value}\` is not there`, 'remove it from `programPath`, or create it', at)];
    return custodyFindings(custody(steps, host.account.uid), real, at, 'program-path', 'program-path');
  });
}
