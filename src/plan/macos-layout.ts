import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { findMountPointsInReach, type ToMount } from './arrange-mounts.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { followed, macosPlaces } from './macos-places.ts';
import { macosLibraries } from './macos-program.ts';
import { findProtectedOnMacos } from './macos-protected.ts';
import { macosView } from './macos-view.ts';
import { heldBind } from './mount-grants.ts';
import { NOT_ON_MACOS } from './not-enforced.ts';
import type { Mount } from './plan.ts';
import type { Places } from './sandbox-paths.ts';
import { wayTo } from './way-to.ts';

/**
 * How servers are laid out on macOS: every path is the machine's own, and a profile says which of them a server has.
 *
 * What a plan of Linux has mounted becomes, or does not:
 * - `bind`: the path, as it is. `link`: each link on the way to it, to be followed.
 * - `state`: a link in the server's home, to the directory of ours that persists.
 * - `memory`, `directory`: directories of this launch, without a size.
 * - `text` and `processes`: nothing. The accounts are the machine's, and there is no `/proc`.
 */
export const MACOS: Layout = {
  places: macosPlaces,
  view: macosView,
  arrange,
  notEnforced: NOT_ON_MACOS,
  confinement: {
    by: 'seatbelt',
    nestedNamespaces: false,
    systemCalls: 'open',
    because: { reason: 'every server is confined' },
  },
  // macOS lets no sandbox be made inside another one (`forbidden-sandbox-reinit`), whatever a profile says.
  moot: 'own-sandbox',
  noNetwork: 'denied, the machine’s own loopback too',
};

function arrange(
  { network, tmp, program, grants, state, cwd }: ToMount,
  places: Places,
  host: Host,
): Decision<readonly Mount[]> {
  const system = macosView(network, tmp, host);
  const granted = grants.flatMap((grant) => (grant.kind === 'link' ? linksOn(grant, host) : [grant]));
  const visible = [...system, ...granted].filter(({ kind }) => kind === 'bind');
  const libraries = macosLibraries(program.program, host).map((path) => ({ path, reason: 'what the program loads' }));
  const needed = [...program.files, ...libraries]
    .filter(({ path }) => !visible.some((mount) => isWithin(path, mount.path)))
    .map(({ path, reason }) => heldBind(path, 'read', { reason }, host));
  const root = places.home.slice(0, places.home.lastIndexOf('/'));
  const fresh = Object.entries({
    [root]: 'made for each launch, under a name of its own',
    [places.home]: places.fresh,
    [places.temporary]: places.fresh,
  }).map(([path, reason]): Mount => ({ kind: 'directory', path, because: { reason } }));
  const work: Mount[] = cwd.path === places.cwd ? [{ kind: 'directory', path: cwd.path, because: cwd.because }] : [];

  const mounts = [
    ...system,
    ...needed,
    ...granted.filter((mount, index) => !granted.some(({ path }, at) => at < index && path === mount.path)),
    ...fresh,
    ...state.map((mount) => (mount.kind === 'state' ? { ...mount, source: followed(mount.source, host) } : mount)),
    ...work,
  ];
  return allowUnless(
    [...findRoot(host), ...findProtectedOnMacos(grants, host), ...findMountPointsInReach(mounts)],
    mounts,
  );
}

/** A name leads on by every link on its way: each is shown by where it lies itself. */
function linksOn({ path, because }: Mount, host: Host): Mount[] {
  return wayTo(path, host).links.map((link) => ({ kind: 'link', path: link, to: host.link(link) ?? link, because }));
}

/** Root's server would need an account that macOS keeps elsewhere, and directories that it may enter. */
function findRoot({ account }: Host): Finding[] {
  if (account.uid !== 0) return [];
  return [
    refusal('run-as', 'started as root, this version confines nothing on macOS', 'start it as an ordinary account'),
  ];
}
