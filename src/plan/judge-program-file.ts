import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import type { Custody } from '../match/custody.ts';
import type { Layer } from '../policy/policy.ts';
import type { Host } from './host.ts';
import { keeperOf } from './keeper-of.ts';

/** Who else could change the file that a path leads to, or lead it elsewhere. */
export function judgeCustody(path: string, at: Place, host: Host): Finding[] {
  return judgeKeeper(keeperOf(path, host), path, at, ['program-owner', 'program-writable']);
}

function judgeKeeper(
  keeper: Custody | undefined,
  path: string,
  at: Place,
  [owner, writable]: [Ident, Ident],
): Finding[] {
  if (!keeper) return [cannotLookAt(path, at)];
  if (keeper.of !== 'others') return [];
  const what = keeper.path === path ? `\`${path}\`` : `\`${keeper.path}\`, on the way to \`${path}\`,`;
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

function cannotLookAt(path: string, at: Place): Finding {
  const hint = `check who may read it and the directories above it: \`namei -l ${path}\``;
  return refusal('program-unreadable', `\`${path}\` cannot be looked at`, hint, at);
}

/** An interpreter is started by us: were it a script, the kernel would start another one by its first line. */
export function judgeInterpreter(path: string, at: Place, host: Host): Finding[] {
  const real = host.real(path) ?? path;
  const faults = [...judgeCustody(path, at, host), ...judgeFile(real, at, host, 'execute')];
  if (faults.length > 0 || !host.head(real)?.startsWith('#!')) return faults;
  return [
    refusal(
      'shebang',
      `\`${real}\` is to run a program, and is a script itself`,
      'name the interpreter that it starts: what a version manager puts on `PATH` is such a script',
      at,
    ),
  ];
}

/** Whether it is a file that can be used so. */
export function judgeFile(real: string, at: Place, host: Host, use: 'read' | 'execute'): Finding[] {
  const file = host.file(real);
  if (!file) return [cannotLookAt(real, at)];
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
export function findUnsafeProgramPath(layer: Layer, host: Host): Finding[] {
  return (layer.programPath ?? []).flatMap(({ value, at }) => {
    if (host.real(value) === undefined) {
      return [refusal('program-path', `\`${value}\` is not there`, 'remove it from `programPath`, or create it', at)];
    }
    return judgeKeeper(keeperOf(value, host), value, at, ['program-path', 'program-path']);
  });
}
