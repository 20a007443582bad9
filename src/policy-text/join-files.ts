import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { Layer } from '../policy/policy.ts';
import { keyPlaceOf, placedEntry, type Origin, type PlacedEntry } from './placed-entry.ts';
import type { PolicyInput } from './schema.ts';
import type { Source } from './source.ts';

/** A file of a layer that its schema takes. */
export interface ReadFile {
  readonly source: Source;
  readonly input: PolicyInput;
}

type From<Input> = { readonly input: Input; readonly origin: Origin };

/** The files of a layer as one: what each key says, and where. */
export interface Joined {
  readonly programPath?: From<readonly string[]>;
  readonly runAs?: From<string>;
  readonly egress?: From<NonNullable<PolicyInput['egress']>>;
  readonly ceiling?: From<NonNullable<PolicyInput['ceiling']>>;
  readonly lockdown?: From<true>;
  readonly entries: readonly PlacedEntry[];
}

/** What two files say of one thing is refused: no order of names decides what a policy means. */
export function joinFiles(kind: Layer['kind'], files: readonly ReadFile[]): Decision<Joined> {
  const twice: Finding[] = [];
  const once = <Key extends 'programPath' | 'runAs' | 'egress' | 'ceiling' | 'lockdown' | 'defaults'>(
    key: Key,
  ): From<NonNullable<PolicyInput[Key]>> | undefined => {
    const [first, ...more] = files.flatMap(({ source, input }) => {
      const value = input[key];
      return value === undefined ? [] : [{ input: value, origin: { source, path: [key] } }];
    });
    twice.push(...more.map(({ origin }) => writtenTwice(key, origin, first?.origin)));
    return first;
  };

  const [programPath, runAs, defaults] = [once('programPath'), once('runAs'), once('defaults')];
  const [egress, ceiling, lockdown] = [once('egress'), once('ceiling'), once('lockdown')];
  const known = new Map<string, Origin>();
  const entries = files.flatMap(({ source, input }) =>
    Object.entries(input.servers ?? {}).map(([id, written]) => {
      const origin = { source, path: ['servers', id] };
      const other = known.get(id);
      if (other) twice.push(writtenTwice(id, origin, other));
      known.set(id, origin);
      return placedEntry(id, written, origin, defaults);
    }),
  );
  return allowUnless([...twice, ...(kind === 'user' ? judgeUserKeys(files) : [])], {
    ...(programPath && { programPath }),
    ...(runAs && { runAs }),
    ...(egress && { egress }),
    ...(ceiling && { ceiling }),
    ...(lockdown && { lockdown }),
    entries,
  });
}

function writtenTwice(key: string, origin: Origin, first: Origin | undefined): Finding {
  const at = first && keyPlaceOf(first);
  return {
    ...refusal(
      'policy-twice',
      `\`${key}\` is written in two files of the managed policy${at ? `, also in ${at.file}:${at.line}` : ''}`,
      'keep one: no order of files decides what a policy means',
      keyPlaceOf(origin),
    ),
    ...(at && { related: [{ message: 'the other one', place: at }] }),
  };
}

/** Keys that bind others are root’s to write; and a policy of one's own without servers is a mistake. */
function judgeUserKeys(files: readonly ReadFile[]): Finding[] {
  return files.flatMap(({ source, input }) => {
    const wrong = (['ceiling', 'lockdown'] as const).filter((key) => input[key] !== undefined);
    const found = wrong.map((key) =>
      refusal(
        'policy-layer',
        `\`${key}\` belongs to the managed policy, and this is yours`,
        'remove it, or write it to /etc/mcp-secure-run/policy.yaml',
        source.locate([key], 'key'),
      ),
    );
    if (input.servers !== undefined) return found;
    const hint = 'write `servers:` and below it one entry for each server';
    return [...found, refusal('policy-missing-key', 'the policy has no `servers`', hint, source.locate([], 'key'))];
  });
}
