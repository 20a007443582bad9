import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import { arrangeMounts } from './arrange-mounts.ts';
import { baseEnv } from './base-env.ts';
import { decideCwd } from './decide-cwd.ts';
import { findPostponed } from './decide-postponed.ts';
import { decideProgram } from './decide-program.ts';
import { decideServer } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { NO_ENGINES, type Engines } from './matching.ts';
import { NOT_ENFORCED } from './not-enforced.ts';
import type { Plan } from './plan.ts';
import type { Request } from './request.ts';
import { findRewritable } from './rewritable.ts';
import { PLACES } from './sandbox-paths.ts';
import { decideShared, findingsOf, planOf } from './shared-decisions.ts';
import { stateMounts } from './state-mounts.ts';
import { findUnreachable } from './unreachable.ts';

/**
 * What would happen for this request, or everything that stands against it. The one way to a {@link Plan}: `run` and
 * `explain` both come through here.
 */
export function resolve(request: Request, policy: Policy, host: Host, engines: Engines = NO_ENGINES): Decision<Plan> {
  const asked = decideServer(request, policy, host, engines);
  if (!asked.allowed) return asked;
  const postponed = findPostponed(policy, asked.granted.entries);
  if (postponed.length > 0) return deny(...postponed);
  if (asked.granted.entries.some(({ server }) => server.identity?.kind === 'oci'))
    return engines.container(asked.granted, policy, host, engines);

  const shared = decideShared(
    asked.granted,
    policy,
    host,
    engines,
    (server) => layoutOf(server, host, engines),
    (entry, filled) => decideProgram(entry, filled, policy, host, engines),
  );
  if (!shared.allowed) return shared;
  const { entries, layout, program, account, reach, limits, files, env, granted, grants, hide } = shared.granted;
  const entry = entries[0].server;
  const confinement = decideConfinement(entry, layout, host);
  const isConfined = unsafeAt(entry, 'no-sandbox') === undefined;
  const places = isConfined ? (layout?.places(entry.id, host) ?? PLACES) : undefined;
  const cwd = decideCwd(entries, grants.allowed ? grants.granted : [], places, host);
  // What rests on a decision that is a no has nothing to say yet: its own findings come once that one is a yes.
  const arranged =
    places && reach.allowed && limits.allowed && program.allowed && files.allowed && grants.allowed && cwd.allowed
      ? (layout?.arrange ?? arrangeMounts)(
          {
            network: reach.granted.network,
            tmp: limits.granted.limits.tmp,
            program: program.granted,
            grants: grants.granted,
            state: stateMounts(granted.state, entry.id, places, host),
            cwd: cwd.granted,
          },
          places,
          host,
        )
      : allow([]);
  const isMaskable = !layout && (hide.length > 0 || granted.files.some(({ mode }) => mode === 'write'));
  const mounts =
    isMaskable && arranged.allowed && program.allowed && account.allowed && cwd.allowed
      ? engines.masks()(
          {
            hide,
            grants: granted.files,
            mounts: arranged.granted,
            isConfined,
            program: program.granted,
            cwd: cwd.granted,
            account: account.granted,
          },
          host,
        )
      : arranged;

  const own = program.allowed && files.allowed ? findRewritable(entry, program.granted.program, policy, host) : [];
  const refused =
    layout && places && reach.allowed
      ? layout.refuse({ server: entry, hide, network: reach.granted.network, env: granted.env })
      : [];
  const far = account.allowed && arranged.allowed ? findUnreachable(arranged.granted, account.granted, host) : [];
  const findings = [
    ...findingsOf(confinement, reach, limits, account, program, files, grants, cwd, env, mounts),
    ...[...own, ...far, ...refused],
  ];
  if (!confinement.allowed || !account.allowed || !program.allowed || !files.allowed) return deny(...findings);
  if (!reach.allowed || !limits.allowed || !cwd.allowed || !env.allowed || !mounts.allowed || findings.length > 0)
    return deny(...findings);

  const rest = {
    program: program.granted,
    reach: reach.granted,
    limits: limits.granted,
    base: baseEnv(program.granted.program, account.granted, reach.granted.network, places, host),
    cwd: cwd.granted,
    mounts: mounts.granted,
    confinement: confinement.granted,
    account: account.granted,
    isMoot: (given: Unsafe) => given === 'docker-socket' || layout?.moot.includes(given) === true,
    notEnforced: [...notEnforcedFor(program.granted.program), ...(places && layout ? layout.notEnforced : [])],
  };
  return allow(planOf(shared.granted, rest, host));
}

/** A locked package is held whole. */
function notEnforcedFor({ locked }: Plan['program']): Plan['notEnforced'] {
  return locked ? NOT_ENFORCED.filter((ident) => ident !== 'lock') : NOT_ENFORCED;
}

/** How servers are laid out here, where it is not by mounts. */
export function layoutOf(server: ServerPolicy, { platform }: Host, { macos, landlock }: Engines): Layout | undefined {
  if (platform === 'darwin') return macos;
  return unsafeAt(server, 'landlock-only') && !unsafeAt(server, 'no-sandbox') ? landlock?.().LANDLOCK : undefined;
}

function decideConfinement(
  server: ServerPolicy,
  layout: Layout | undefined,
  host: Host,
): Decision<Plan['confinement']> {
  const off = unsafeAt(server, 'no-sandbox');
  if (off) {
    const because = { reason: '`unsafe: [no-sandbox]`', at: off };
    return allow({ by: 'nothing', nestedNamespaces: true, systemCalls: 'open', because });
  }
  if (layout) return allow(layout.confinement(server));
  if (host.platform !== 'linux') {
    return deny(
      refusal(
        'sandbox-unavailable',
        `this version confines servers on Linux and macOS, and this is ${host.platform}`,
        `run it on Linux, or give up confinement: \`unsafe: [no-sandbox]\` in \`${server.id}\``,
        server.at,
      ),
    );
  }
  const nested = unsafeAt(server, 'own-sandbox');
  const because = nested ? { reason: '`unsafe: [own-sandbox]`', at: nested } : { reason: 'every server is confined' };
  return allow({ by: 'bubblewrap', nestedNamespaces: nested !== undefined, systemCalls: 'filtered', because });
}
