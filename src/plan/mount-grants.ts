import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { everyServer, type Policy } from '../policy/policy.ts';
import type { Grant, Mode } from './decide-files.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import type { Mount } from './plan.ts';

/** The mounts of what is granted to a server: each path once, and a link where it was asked for by another name. */
export function mountGrants(
  grants: readonly Grant[],
  id: string,
  policy: Policy,
  host: Host,
): Decision<readonly Mount[]> {
  const kept = grants.filter((grant, index) => !grants.some((other, at) => makesNeedless(other, grant, at < index)));
  return allowUnless(
    kept.flatMap((grant) => findOverlap(grant, kept, id, policy, host)),
    kept.flatMap((grant) => toMounts(grant, kept, host)),
  );
}

/** Whether `other` already gives all that `grant` gives. */
function makesNeedless(other: Grant, grant: Grant, isEarlier: boolean): boolean {
  const isSame = other.real === grant.real;
  if (isSame) return other.mode === grant.mode ? isEarlier : other.mode === 'write' && grant.mode === 'read';
  return isWithin(grant.real, other.real) && other.mode === grant.mode;
}

/** A mount point inside a directory to be read is safe, unless another server can move things about in there. */
function findOverlap(grant: Grant, grants: readonly Grant[], id: string, policy: Policy, host: Host): Finding[] {
  const outer = grants.find((other) => other !== grant && other.mode === 'read' && isWithin(grant.real, other.real));
  const writer =
    outer &&
    everyServer(policy).find(
      (other) =>
        other.id !== id &&
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
  const isDeeper = host.real(path) !== real; // narrowed to a part of what was asked: the name leads to more than that
  const needsLink = path !== real && !isDeeper && !grants.some((other) => isWithin(path, other.real));
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
