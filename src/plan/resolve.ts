import { agreeProgram } from './agree-program.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { ceilingOf, unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { MOOT } from '../policy/unsafe.ts';
import { arrangeMounts } from './arrange-mounts.ts';
import { baseEnv } from './base-env.ts';
import { askEach } from './ask-each.ts';
import { decideAccount } from './decide-account.ts';
import { decideArguments } from './decide-arguments.ts';
import { decideCwd, narrowedCwd } from './decide-cwd.ts';
import { decideEnv } from './decide-env.ts';
import { decideFiles } from './decide-files.ts';
import { decideNetwork } from './decide-network.ts';
import { decideLimits } from './decide-limits.ts';
import { findPostponed } from './decide-postponed.ts';
import { decideProgram } from './decide-program.ts';
import { decideServer } from './decide-server.ts';
import { decideUnsafe } from './decide-unsafe.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Filled } from './fill-arguments.ts';
import { grantWithin } from './grant-within.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { NO_ENGINES, type Engines } from './matching.ts';
import { hidesOf } from './hides-of.ts';
import { mountGrants } from './mount-grants.ts';
import { NOT_ENFORCED } from './not-enforced.ts';
import type { EnvRule, Plan } from './plan.ts';
import type { Request } from './request.ts';
import { findRewritable } from './rewritable.ts';
import { PLACES } from './sandbox-paths.ts';
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

  const ceiling = ceilingOf(policy);
  const unsafe = decideUnsafe(asked.granted.entries, ceiling);
  const { entries } = unsafe;
  const entry = entries[0].server;
  const filled = decideArguments(asked.granted.request, entries, host, engines);
  if (!filled.allowed) return filled;
  const filledBy = (index: number): Filled => filled.granted[index] ?? { args: [], paths: [] };

  const layout = layoutOf(entry, host, engines);
  const confinement = decideConfinement(entry, layout, host);
  const isConfined = unsafeAt(entry, 'no-sandbox') === undefined;
  const places = isConfined ? (layout?.places(entry.id, host) ?? PLACES) : undefined;
  const reach = decideNetwork(entries, policy, host, engines, layout);
  const limits = decideLimits(entries, policy, layout);
  const account = decideAccount(policy, host);
  const programs = askEach(entries, (one, index) => decideProgram(one, filledBy(index), policy, host, engines));
  const program = programs.allowed ? agreeProgram(programs.granted, entries, ceiling, host) : programs;
  const files = askEach(entries, ({ server }, index) => decideFiles(server, filledBy(index), policy, host));
  const env = askEach(entries, ({ server }) => decideEnv(server, host, engines));
  const granted = grantWithin(
    entries,
    ceiling,
    files.allowed ? files.granted : [],
    env.allowed ? env.granted : [],
    host,
  );
  const grants = mountGrants(granted.files, entry.id, policy, host);
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
  const hide = hidesOf(policy, entries);
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
  const parts = [confinement, reach, limits, account, program, files, grants, cwd, env, mounts];
  const findings = [...parts.flatMap(findingsOf), ...own, ...far, ...refused];
  if (!confinement.allowed || !account.allowed || !program.allowed || !files.allowed) return deny(...findings);
  if (!reach.allowed || !limits.allowed || !cwd.allowed || !env.allowed || !mounts.allowed || findings.length > 0)
    return deny(...findings);

  const { network } = reach.granted;
  const weakest = entries.at(-1)?.server ?? entry;
  return allow(
    deepFreeze<Plan>({
      server: entry.id,
      policy: weakest.at.file,
      layers: entries.map(({ layer }) => ({ kind: layer.kind, files: layer.files })),
      program: program.granted.program,
      argv: program.granted.argv,
      argvBecause: program.granted.argvBecause,
      env: withBase(baseEnv(program.granted.program, account.granted, network, places, host), granted.env),
      cwd: cwd.granted,
      mounts: mounts.granted,
      network,
      limits: limits.granted.limits,
      confinement: confinement.granted,
      account: account.granted,
      weakened: unsafe.granted.map(({ value, at }) => ({
        ident: value,
        effect:
          MOOT.includes(value) || layout?.moot.includes(value) || value === 'docker-socket'
            ? 'changes nothing yet'
            : 'in effect',
        at,
      })),
      narrowed: [
        ...unsafe.narrowed,
        ...granted.narrowed,
        ...reach.granted.narrowed,
        ...narrowedCwd(entries, host),
        ...limits.granted.narrowed,
      ],
      notEnforced: [...notEnforcedFor(program.granted.program), ...(places && layout ? layout.notEnforced : [])],
    }),
  );
}

/** A locked package is held whole. */
function notEnforcedFor({ locked }: Plan['program']): Plan['notEnforced'] {
  return locked ? NOT_ENFORCED.filter((ident) => ident !== 'lock') : NOT_ENFORCED;
}

/** A variable of the policy's takes the place of ours. */
function withBase(base: readonly EnvRule[], granted: readonly EnvRule[]): readonly EnvRule[] {
  return [...new Map([...base, ...granted].map((rule) => [rule.name, rule])).values()];
}

function findingsOf(decision: Decision<unknown>): readonly Finding[] {
  return decision.allowed ? [] : decision.findings;
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
