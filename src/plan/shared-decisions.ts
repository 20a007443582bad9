import { allow, type Decision } from '../finding/decision.ts';
import type { Finding } from '../finding/finding.ts';
import { ceilingOf, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { MOOT, type Unsafe } from '../policy/unsafe.ts';
import { agreeProgram } from './agree-program.ts';
import { askEach } from './ask-each.ts';
import { decideAccount } from './decide-account.ts';
import { decideArguments } from './decide-arguments.ts';
import { narrowedCwd } from './decide-cwd.ts';
import { decideEnv } from './decide-env.ts';
import { decideFiles, type Grant } from './decide-files.ts';
import { decideLimits, type DecidedLimits } from './decide-limits.ts';
import { decideNetwork, type GrantedNetwork } from './decide-network.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Asked, Entries, Entry } from './decide-server.ts';
import { decideUnsafe, type GivenUp } from './decide-unsafe.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Filled } from './fill-arguments.ts';
import { grantWithin, type Granted } from './grant-within.ts';
import { hidesOf } from './hides-of.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import type { Engines } from './matching.ts';
import { mountGrants } from './mount-grants.ts';
import type { EnvRule, Mount, Plan } from './plan.ts';

/** What is decided of every server in the same way, whatever confines it. A no to one of them leaves the others their say. */
export interface Shared {
  /** As {@link GivenUp} has them. */
  readonly entries: Entries;
  readonly unsafe: GivenUp;
  readonly layout: Layout | undefined;
  readonly program: Decision<GrantedProgram>;
  readonly account: Decision<Plan['account']>;
  readonly reach: Decision<GrantedNetwork>;
  readonly limits: Decision<DecidedLimits>;
  readonly files: Decision<readonly (readonly Grant[])[]>;
  readonly env: Decision<readonly (readonly EnvRule[])[]>;
  /** Nothing where that is not decided. */
  readonly granted: Granted;
  readonly grants: Decision<readonly Mount[]>;
  readonly hide: ReturnType<typeof hidesOf>;
}

/** Without arguments that all layers allow there is nothing to decide on. */
export function decideShared(
  { entries: asked, request }: Asked,
  policy: Policy,
  host: Host,
  engines: Engines,
  layoutFor: (server: ServerPolicy) => Layout | undefined,
  decideOne: (entry: Entry, filled: Filled) => Decision<GrantedProgram>,
): Decision<Shared> {
  const ceiling = ceilingOf(policy);
  const unsafe = decideUnsafe(asked, ceiling);
  const { entries } = unsafe;
  const filled = decideArguments(request, entries, host, engines);
  if (!filled.allowed) return filled;
  const filledBy = (index: number): Filled => filled.granted[index] ?? { args: [], paths: [] };

  const layout = layoutFor(entries[0].server);
  const programs = askEach(entries, (one, index) => decideOne(one, filledBy(index)));
  const files = askEach(entries, ({ server }, index) => decideFiles(server, filledBy(index), policy, host));
  const env = askEach(entries, ({ server }) => decideEnv(server, host, engines));
  const granted = grantWithin(
    entries,
    ceiling,
    files.allowed ? files.granted : [],
    env.allowed ? env.granted : [],
    host,
  );
  return allow({
    ...{ entries, unsafe, layout, files, env, granted },
    program: programs.allowed ? agreeProgram(programs.granted, entries, ceiling, host) : programs,
    account: decideAccount(policy, host),
    reach: decideNetwork(entries, policy, host, engines, layout),
    limits: decideLimits(entries, policy, layout),
    grants: mountGrants(granted.files, entries[0].server.id, policy, host),
    hide: hidesOf(policy, entries),
  });
}

/** What else a plan says, once everything is a yes. */
export interface Rest extends Pick<Plan, 'cwd' | 'mounts' | 'confinement' | 'container' | 'account' | 'notEnforced'> {
  readonly program: GrantedProgram;
  readonly reach: GrantedNetwork;
  readonly limits: DecidedLimits;
  readonly base: readonly EnvRule[];
  /** Whether to give this up changes nothing for a server that is confined so. */
  readonly isMoot: (given: Unsafe) => boolean;
}

export function planOf({ entries, unsafe, granted }: Shared, rest: Rest, host: Host): Plan {
  const [{ server }] = entries;
  const { program, reach, limits } = rest;
  return deepFreeze<Plan>({
    server: server.id,
    policy: (entries.at(-1)?.server ?? server).at.file,
    layers: entries.map(({ layer }) => ({ kind: layer.kind, files: layer.files })),
    program: program.program,
    argv: program.argv,
    argvBecause: program.argvBecause,
    // A variable of the policy's takes the place of ours.
    env: [...new Map([...rest.base, ...granted.env].map((rule) => [rule.name, rule])).values()],
    cwd: rest.cwd,
    mounts: rest.mounts,
    network: reach.network,
    limits: limits.limits,
    confinement: rest.confinement,
    ...(rest.container && { container: rest.container }),
    account: rest.account,
    weakened: unsafe.granted.map(({ value, at }) => ({
      ident: value,
      effect: MOOT.includes(value) || rest.isMoot(value) ? 'changes nothing yet' : 'in effect',
      at,
    })),
    narrowed: [
      ...unsafe.narrowed,
      ...granted.narrowed,
      ...reach.narrowed,
      ...narrowedCwd(entries, host),
      ...limits.narrowed,
    ],
    notEnforced: rest.notEnforced,
  });
}

/** Everything that stands against a plan. */
export function findingsOf(...decisions: readonly Decision<unknown>[]): readonly Finding[] {
  return decisions.flatMap((decision) => (decision.allowed ? [] : decision.findings));
}
