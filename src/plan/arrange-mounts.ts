import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { heldBind } from './mount-grants.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Host } from './host.ts';
import type { Mount, Plan } from './plan.ts';
import type { Places } from './sandbox-paths.ts';
import { systemView } from './system-view.ts';

export interface ToMount {
  readonly network: Plan['network'];
  readonly tmp: Plan['limits']['tmp'];
  readonly program: GrantedProgram;
  readonly grants: readonly Mount[];
  readonly state: readonly Mount[];
  readonly cwd: Plan['cwd'];
}

/**
 * Everything that is mounted, from shallow to deep, so that no mount hides one that was made before it.
 *
 * A mount point below a directory that a server can write is that server's to replace by a link, and bubblewrap would
 * then mount, or create files, where the link leads: CVE-2026-87766. So there is none, but for masks: `decide-masks.ts`.
 */
export function arrangeMounts(
  { network, tmp, program, grants, state, cwd }: ToMount,
  places: Places,
  host: Host,
): Decision<readonly Mount[]> {
  const system = systemView(network, tmp, host);
  const granted = grants.filter((mount) => !isInView(mount, system));
  const visible = [...system, ...granted].filter(({ kind }) => kind === 'bind');
  const needed = program.files
    .filter(({ path }) => !visible.some((mount) => isWithin(path, mount.path)))
    .map(({ path, reason }) => heldBind(path, 'read', { reason }, host));
  const work: Mount[] = cwd.path === places.cwd ? [{ kind: 'directory', path: cwd.path, because: cwd.because }] : [];

  const mounts = [...system, ...needed, ...granted, ...state, ...work].toSorted(
    (one, other) => depth(one) - depth(other),
  );
  return allowUnless(findMountPointsInReach(mounts), mounts);
}

/** What the system's view shows anyway: a part of it to be read, or a name that one of its links already leads to. */
function isInView(mount: Mount, system: readonly Mount[]): boolean {
  return system.some(({ kind, path }) => {
    if (!isWithin(mount.path, path)) return false;
    return mount.kind === 'link' ? kind === 'link' || kind === 'bind' : kind === 'bind' && isRead(mount);
  });
}

function isRead(mount: Mount): boolean {
  return mount.kind === 'bind' && mount.mode === 'read';
}

/** What would lie inside a directory that the server can write. */
export function findMountPointsInReach(mounts: readonly Mount[]): Finding[] {
  return mounts.flatMap((writable) => {
    if (writable.kind !== 'bind' || writable.mode !== 'write') return [];
    const inside = mounts.find((mount) => mount !== writable && isWithin(mount.path, writable.path));
    if (!inside) return [];
    return [
      refusal(
        'grant-overlap',
        `\`${inside.path}\` would be mounted inside \`${writable.path}\`, which the server can write`,
        'grant the directories beside it for writing, one by one',
        inside.because.at ?? writable.because.at,
      ),
    ];
  });
}

const depth = ({ path }: Mount): number => path.split('/').length;
