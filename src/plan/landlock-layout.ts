import { allowUnless } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { unsafeAt, type ServerPolicy } from '../policy/policy.ts';
import { findMountPointsInReach } from './arrange-mounts.ts';
import { arrangeReal } from './arrange-real.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { followed, TEMPLATE } from './macos-places.ts';
import { NOT_WITH_LANDLOCK } from './not-enforced.ts';
import type { Mount, Plan } from './plan.ts';
import type { Places } from './sandbox-paths.ts';
import { systemView } from './system-view.ts';

/**
 * How servers are laid out on a Linux where no namespace can be made, by `unsafe: [landlock-only]`: every path is the
 * machine's own, and Landlock says which of them a server has.
 *
 * What a plan with mounts has, becomes:
 * - `bind`: the path, as it is. `link`: nothing, for it is there.
 * - `state`: a link in the server's home, to the directory of ours that persists.
 * - `memory`, `directory`: directories of this launch, without a size.
 * - `text`: the machine's own accounts. `processes`: of /proc, what is of the server alone.
 */
export const LANDLOCK: Layout = {
  places,
  view: (network, tmp, host) => view(network, tmp, host),
  arrange: (parts, where, host) => {
    const grants = parts.grants.filter(({ kind }) => kind !== 'link');
    const system = view(parts.network, parts.tmp, host);
    const mounts = arrangeReal(parts, parts.program.files, grants, system, where, host);
    return allowUnless(findMountPointsInReach(mounts), mounts);
  },
  notEnforced: NOT_WITH_LANDLOCK,
  confinement: (server) => ({
    by: 'landlock',
    nestedNamespaces: false,
    systemCalls: 'filtered',
    because: { reason: '`unsafe: [landlock-only]`', at: unsafeAt(server, 'landlock-only') ?? server.at },
  }),
  // There is none to nest in.
  moot: ['own-sandbox', 'no-guard'],
  noNetwork: 'no sockets at all',
  lacks: ['tmp'],
  lacksLimit: (name, at, server) => needsNamespaces(`\`limits.${name}\``, at, server),
  refuse,
};

/** Started as root, the server's account could not get to a directory below root's home. */
function places(id: string, host: Host): Places {
  const root = `${followed('/tmp', host)}/mcp-secure-run-${id}${TEMPLATE}`;
  return {
    home: `${root}/home`,
    cwd: `${root}/home/work`,
    temporary: `${root}/tmp`,
    user: undefined,
    fresh: 'fresh, removed at the end',
  };
}

function view(network: Plan['network'], tmp: Plan['limits']['tmp'], host: Host): readonly Mount[] {
  const own = {
    kind: 'processes',
    path: '/proc/self',
    because: { reason: 'of the server’s own process alone' },
  } as const;
  return [
    ...systemView(network, tmp, host).filter(({ kind }) => kind === 'bind' || kind === 'link' || kind === 'devices'),
    own,
    ...(host.file(ACCOUNTS)
      ? [{ kind: 'bind', path: ACCOUNTS, mode: 'read', because: { reason: 'who the account is' } } as const]
      : []),
  ];
}

const ACCOUNTS = '/etc/passwd';

/** What is asked for and takes a namespace: nothing of it is left undone in silence. */
function refuse({ server, hide, network, env }: Parameters<Layout['refuse']>[0]): Finding[] {
  return [
    ...hide.map(({ at }) => needsNamespaces('`hide`', at, server)),
    ...(network.mode === 'none' ? [] : [needsNamespaces('a network', network.because.at ?? server.at, server)]),
    ...env.flatMap((rule) =>
      rule.from === 'secret' && rule.as === 'file'
        ? [needsNamespaces('a secret as a file', rule.because.at ?? server.at, server)]
        : [],
    ),
  ];
}

function needsNamespaces(what: string, at: Place, { id }: ServerPolicy): Finding {
  const message = `${what} takes namespaces, and \`${id}\` gives them up by \`unsafe: [landlock-only]\``;
  return refusal('needs-namespaces', message, 'do without it, or remove `landlock-only` from `unsafe`', at);
}
