import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { SANDBOX_LIMITS } from '../policy/limits.ts';
import { findMountPointsInReach, type ToMount } from './arrange-mounts.ts';
import { arrangeReal } from './arrange-real.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { macosPlaces } from './macos-places.ts';
import { macosLibraries } from './macos-program.ts';
import { findProtectedOnMacos } from './macos-protected.ts';
import { macosView } from './macos-view.ts';
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
  confinement: () => ({
    by: 'seatbelt',
    nestedNamespaces: false,
    systemCalls: 'open',
    because: { reason: 'every server is confined' },
  }),
  // macOS lets no sandbox be made inside another one (`forbidden-sandbox-reinit`), whatever a profile says.
  moot: ['own-sandbox', 'landlock-only', 'no-guard'],
  noNetwork: 'denied, the machine’s own loopback too',
  lacks: SANDBOX_LIMITS,
  lacksLimit: (name, at) =>
    refusal(
      'not-enforced-yet',
      `\`limits.${name}\` is not enforced on macOS by this version`,
      'remove it, if the server may run without it; `start`, `runtime`, `idle` and `shutdown` hold there',
      at,
    ),
  refuse: ({ hide: [first] }) => {
    const hint = 'remove it, and grant the paths beside what is to stay hidden';
    return first
      ? [refusal('not-enforced-yet', '`hide` is not enforced on macOS by this version', hint, first.at)]
      : [];
  },
};

function arrange(
  { network, tmp, program, grants, state, cwd }: ToMount,
  places: Places,
  host: Host,
): Decision<readonly Mount[]> {
  const system = macosView(network, tmp, host);
  const granted = grants.flatMap((grant) => (grant.kind === 'link' ? linksOn(grant, host) : [grant]));
  const libraries = macosLibraries(program.program, host).map((path) => ({ path, reason: 'what the program loads' }));
  const mounts = arrangeReal({ state, cwd }, [...program.files, ...libraries], granted, system, places, host);
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
