import { isWithin } from '../match/path.ts';
import type { ToMount } from './arrange-mounts.ts';
import type { Host } from './host.ts';
import { followed } from './macos-places.ts';
import { heldBind } from './mount-grants.ts';
import type { Mount } from './plan.ts';
import type { Places } from './sandbox-paths.ts';

/**
 * Everything that a server has where nothing can be mounted: each path is the machine's own, and what is the server's
 * alone lies in one directory that is made for the launch. `files` are what its program needs.
 */
export function arrangeReal(
  { state, cwd }: Pick<ToMount, 'state' | 'cwd'>,
  files: readonly { readonly path: string; readonly reason: string }[],
  granted: readonly Mount[],
  system: readonly Mount[],
  places: Places,
  host: Host,
): readonly Mount[] {
  const visible = [...system, ...granted].filter(({ kind }) => kind === 'bind');
  const needed = files
    .filter(({ path }) => !visible.some((mount) => isWithin(path, mount.path)))
    .map(({ path, reason }) => heldBind(path, 'read', { reason }, host));
  const root = places.home.slice(0, places.home.lastIndexOf('/'));
  const fresh = Object.entries({
    [root]: 'made for each launch, under a name of its own',
    [places.home]: places.fresh,
    [places.temporary]: places.fresh,
  }).map(([path, reason]): Mount => ({ kind: 'directory', path, because: { reason } }));
  const work: Mount[] = cwd.path === places.cwd ? [{ kind: 'directory', path: cwd.path, because: cwd.because }] : [];
  return [
    ...system,
    ...needed,
    ...granted.filter((mount, index) => !granted.some(({ path }, at) => at < index && path === mount.path)),
    ...fresh,
    ...state.map((mount) => (mount.kind === 'state' ? { ...mount, source: followed(mount.source, host) } : mount)),
    ...work,
  ];
}
