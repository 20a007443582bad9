import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Placed, Policy, ServerPolicy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import type { Mount } from './plan.ts';
import { findPlantedLinks } from './planted-link.ts';
import { whyProtected } from './protected-path.ts';

type Mode = 'read' | 'write';

interface Grant {
  readonly mode: Mode;
  readonly asked: Placed<string>;
  readonly real: string;
}

/** Which of the user's files a server sees, each by its real path. Nothing unless the policy names it. */
export function decideFiles(server: ServerPolicy, policy: Policy, host: Host): Decision<readonly Mount[]> {
  const findings: Finding[] = [];
  const grants = [
    ...server.write.map((asked) => ['write', asked] as const),
    ...server.read.map((asked) => ['read', asked] as const),
  ].flatMap(([mode, asked]): Grant[] => {
    const path = expandHome(asked.value, host);
    const real = host.real(path);
    const fault = judgeGrant(real, asked, policy, host);
    const faults = fault ? [fault] : findPlantedLinks(path, asked.at, policy, host);
    findings.push(...faults);
    return real === undefined || faults.length > 0 ? [] : [{ mode, asked, real }];
  });

  const kept = grants.filter((grant, index) => !grants.some((other, at) => makesNeedless(other, grant, at < index)));
  findings.push(...kept.flatMap((grant) => findOverlap(grant, kept, server, policy, host)));
  return allowUnless(
    findings,
    kept.flatMap((grant) => toMounts(grant, kept, host)),
  );
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
      : whyProtected(real, policy.file, host);
  if (!why) return undefined;
  const name = real === value ? `\`${value}\`` : `\`${value}\` (${real})`;
  return refusal(why.ident, `${name} ${why.what}`, 'grant the directories below it that the server works on', at);
}

/** Whether `other` already gives all that `grant` gives. */
function makesNeedless(other: Grant, grant: Grant, isEarlier: boolean): boolean {
  const isSame = other.real === grant.real;
  if (isSame) return other.mode === grant.mode ? isEarlier : other.mode === 'write' && grant.mode === 'read';
  return isWithin(grant.real, other.real) && other.mode === grant.mode;
}

/** A mount point inside a directory to be read is safe, unless another server can move things about in there. */
function findOverlap(
  grant: Grant,
  grants: readonly Grant[],
  server: ServerPolicy,
  policy: Policy,
  host: Host,
): Finding[] {
  const outer = grants.find((other) => other !== grant && other.mode === 'read' && isWithin(grant.real, other.real));
  const writer =
    outer &&
    policy.servers.find(
      (other) =>
        other !== server &&
        other.write.some(({ value }) => coversParent(host.real(expandHome(value, host)), grant.real)),
    );
  if (!outer || !writer) return [];
  return [
    refusal(
      'grant-overlap',
      `\`${grant.asked.value}\` lies inside \`${outer.asked.value}\`, where \`${writer.id}\` can move things about`,
      `grant \`${outer.asked.value}\` to one of the two, or leave out the inner path`,
      grant.asked.at,
    ),
  ];
}

function coversParent(root: string | undefined, real: string): boolean {
  return root !== undefined && root !== real && isWithin(real, root);
}

function toMounts({ mode, asked, real }: Grant, grants: readonly Grant[], host: Host): Mount[] {
  const because = { reason: `\`files.${mode}\``, at: asked.at };
  const path = expandHome(asked.value, host);
  const needsLink = path !== real && !grants.some((other) => isWithin(path, other.real));
  return [
    heldBind(real, mode, because, host),
    ...(needsLink ? [{ kind: 'link', path, to: real, because } as const] : []),
  ];
}

/** A bind of the very inode that was looked at: whoever owns the path could put another thing there meanwhile. */
export function heldBind(real: string, mode: Mode, because: Mount['because'], host: Host): Mount {
  const file = host.file(real);
  return { kind: 'bind', path: real, mode, because, ...(file && { held: { device: file.device, inode: file.inode } }) };
}
