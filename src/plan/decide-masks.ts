import { allow, allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { hiddenBy, readHidePatterns, type HideReader } from '../match/hide-pattern.ts';
import { isWithin } from '../match/path.ts';
import type { Placed } from '../policy/policy.ts';
import type { Grant } from './decide-files.ts';
import type { GrantedProgram } from './decide-program.ts';
import { expandHome } from './expand-home.ts';
import { findMasks } from './find-masks.ts';
import type { Host, Surroundings } from './host.ts';
import type { Mount, Plan } from './plan.ts';
import { protectedName } from './protected-name.ts';
import { closedTo } from './unreachable.ts';

export interface ToMask {
  /** The patterns of every layer. */
  readonly hide: readonly Placed<string>[];
  readonly grants: readonly Grant[];
  /** All that is mounted otherwise, in its order. */
  readonly mounts: readonly Mount[];
  readonly isConfined: boolean;
  readonly program: GrantedProgram;
  readonly cwd: Plan['cwd'];
  readonly account: Plan['account'];
}

/** {@link decideMasks}, with the machine that it looks at. */
export type DecideMasks = (asked: ToMask, host: Host) => Decision<readonly Mount[]>;

/**
 * The mounts of a plan with masks inside what is granted: over what is hidden, and over names in a writable directory
 * that other programs obey.
 *
 * They are mount points in directories that a server may change, which `arrange-mounts.ts` has none of, so they come
 * last: behind the shield, with which bubblewrap can create nothing outside, wherever a link leads it; and before
 * `/proc`, whose links lead out of every root. bubblewrap from 0.12.0 on follows no link out by itself.
 */
export function decideMasks(asked: ToMask, host: Host, around: Surroundings): Decision<readonly Mount[]> {
  const { hide, grants, mounts, isConfined } = asked;
  const [first] = hide;
  if (!isConfined) return first ? deny(meaningless(first)) : allow(mounts);
  const reader = readHidePatterns(hide.map(({ value }) => expandHome(value, host)));
  const faults = [
    ...grants.flatMap((grant) => judgeGrant(grant, hide, reader)),
    ...[...asked.program.files.map(({ path }) => path), asked.cwd.path].flatMap((path) =>
      judgeNeeded(path, asked, reader),
    ),
  ];
  if (faults.length > 0) return deny(...faults);

  const found = findMasks(grants, hide, reader, host, around);
  if (!found.allowed) return found;
  const masks = found.granted.filter(({ path }) => isReached(path, asked, host));
  const isMounted = masks.some(({ kind }) => kind !== 'absent');
  if (!isMounted) return allow([...mounts, ...masks]);
  return allowUnless(tooMany(masks, hide), [
    ...mounts.filter((mount) => !isLast(mount)),
    ...(followsNoLink(around.bubblewrap()) ? [] : [SHIELD]),
    ...masks,
    ...mounts.filter(isLast),
  ]);
}

/** `/proc`: its links lead out of every root. */
function isLast({ kind }: Mount): boolean {
  return kind === 'processes';
}

const SHIELD: Mount = {
  kind: 'shield',
  path: '/',
  because: { reason: 'no link inside a grant leads bubblewrap to make a file outside' },
};

/** Where a server started by root cannot get to, and bubblewrap neither, nothing has to be masked. */
function isReached(path: string, { account }: ToMask, host: Host): boolean {
  return !account.changes || closedTo(path, account, host) === undefined;
}

/** https://github.com/containers/bubblewrap/security/advisories/GHSA-pxhw-h44j-8pfx */
function followsNoLink(version: string | undefined): boolean {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 0 || Number(minor) >= 12;
}

function judgeGrant({ mode, asked, real }: Grant, hide: ToMask['hide'], reader: HideReader): Finding[] {
  const pattern = hide[hiddenBy(real, reader) ?? -1];
  if (pattern) {
    const finding = refusal(
      'grant-protected',
      `\`${asked.value}\` is granted, and hidden by \`${pattern.value}\``,
      'grant it or hide it; of two policies, the one that hides prevails',
      asked.at,
    );
    return [{ ...finding, related: [{ message: '`files.hide`', place: pattern.at }] }];
  }
  const name = mode === 'write' ? protectedName(real.split('/'), Infinity) : undefined;
  if (name === undefined) return [];
  return [
    refusal(
      'grant-protected',
      `\`${asked.value}\` is, or lies in, \`${name}\`, which other programs obey`,
      'grant it for reading; what is written there is run outside the sandbox',
      asked.at,
    ),
  ];
}

function judgeNeeded(path: string, { hide, grants }: ToMask, reader: HideReader): Finding[] {
  const pattern = grants.some(({ real }) => isWithin(path, real)) ? hide[hiddenBy(path, reader) ?? -1] : undefined;
  if (!pattern) return [];
  return [
    refusal(
      'hide-too-broad',
      `\`${pattern.value}\` hides \`${path}\`, without which the server cannot start`,
      'hide less, or grant that file in a directory of its own that no pattern matches',
      pattern.at,
    ),
  ];
}

function meaningless({ value, at }: Placed<string>): Finding {
  return refusal(
    'policy-meaningless',
    `\`${value}\` is to be hidden, and \`unsafe: [no-sandbox]\` shows the server everything`,
    'remove `no-sandbox` from `unsafe`, or `hide`',
    at,
  );
}

function tooMany(masks: readonly Mount[], hide: ToMask['hide']): Finding[] {
  const mounted = masks.filter(({ kind }) => kind !== 'absent');
  if (mounted.length <= MOST_MASKS && masks.length - mounted.length <= MOST_MASKS) return [];
  const [first] = mounted;
  const hidden = masks.find(({ kind }) => kind === 'hidden');
  return [
    refusal(
      'hide-too-broad',
      `${masks.length} places inside the granted directories would be masked or watched, \`${first?.path}\` the first of them; ${MOST_MASKS} of each at most`,
      'hide the directories that they lie in, which take one each, or grant less',
      hidden?.because.at ?? first?.because.at ?? hide[0]?.at,
    ),
  ];
}

/** Each costs a fifth of a millisecond of every start, and most of them a descriptor, of which there are often 1024. */
const MOST_MASKS = 500;
