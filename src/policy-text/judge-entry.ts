import { refusal, type Finding } from '../finding/finding.ts';
import { parseIdentity } from '../identity/parse-identity.ts';
import { MEANINGLESS_WITH } from '../policy/unsafe.ts';
import { has, keyPlaceOf, placeOf, type PlacedEntry } from './placed-entry.ts';
import { readCommand } from './read-command.ts';

/** What is wrong with an entry though each of its values is what its key takes. */
export function judgeEntry(entry: PlacedEntry): Finding[] {
  return [...judgeCommand(entry), ...readCommand(entry).findings, ...judgeArguments(entry), ...judgeMeaningless(entry)];
}

function judgeCommand({ input: { command }, origin }: PlacedEntry): Finding[] {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(command);
  const isPath = command.startsWith('/') && !/\/(?:\.{0,2})(?:\/|$)/.test(command);
  const isPackage = parseIdentity(command) !== undefined;
  if (isName || isPath || isPackage) return [];
  const hint = /\s/.test(command)
    ? 'nothing splits this text: the program alone here, each argument in `args`'
    : 'write an absolute path, or a bare name to be found on `programPath`';
  const message = `\`${command}\` is neither an absolute path nor a bare name`;
  return [refusal('policy-value', message, hint, placeOf(origin('command')))];
}

function judgeArguments({ input, origin }: PlacedEntry): Finding[] {
  const args = input.args ?? [];
  return args.flatMap((argument, index) => {
    const at = placeOf(origin('args'), index);
    if (typeof argument !== 'string') {
      const isLast = index === args.length - 1;
      const hint = 'it takes all that is left: write it last';
      return argument.rest && !isLast ? [refusal('policy-value', '`rest` is not the last of `args`', hint, at)] : [];
    }
    if (!/^~(?:\/|$)/.test(argument)) return [];
    const hint = 'write the absolute path, or a slot: `{ path: read }` or `{ path: write }`';
    return [refusal('policy-value', `\`${argument}\` is not expanded: arguments are taken literally`, hint, at)];
  });
}

function judgeMeaningless({ input, origin }: PlacedEntry): Finding[] {
  return (input.unsafe ?? []).flatMap((entry) =>
    (MEANINGLESS_WITH[entry] ?? [])
      .filter((key) => has(input, key.split('.')))
      .map((key) =>
        refusal(
          'policy-meaningless',
          `\`${key}\` means nothing with \`unsafe: [${entry}]\``,
          `remove \`${key}\`, or \`${entry}\` from \`unsafe\``,
          keyPlaceOf(origin(...key.split('.'))),
        ),
      ),
  );
}
