import { allow, allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { ceilingOf, unsafeAt, type ServerPolicy } from '../policy/policy.ts';
import { MOOT, type Unsafe } from '../policy/unsafe.ts';
import { agreeProgram } from './agree-program.ts';
import { askEach } from './ask-each.ts';
import { baseEnv } from './base-env.ts';
import { containerOptions, IMAGE_CWD, SHARED_MEMORY } from './container-options.ts';
import { decideAccount } from './decide-account.ts';
import { decideArguments } from './decide-arguments.ts';
import { decideCwd, narrowedCwd } from './decide-cwd.ts';
import { decideEnv } from './decide-env.ts';
import { cannot, findExposed } from './decide-exposure.ts';
import { decideFiles, type Grant } from './decide-files.ts';
import { decideImage, type Tool } from './decide-image.ts';
import { decideLimits, WRITTEN, type DecidedLimits } from './decide-limits.ts';
import { decideNetwork } from './decide-network.ts';
import { decideUnsafe } from './decide-unsafe.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Filled } from './fill-arguments.ts';
import { grantWithin } from './grant-within.ts';
import { hidesOf } from './hides-of.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import { mountGrants } from './mount-grants.ts';
import { NOT_ENFORCED, type NotEnforced } from './not-enforced.ts';
import type { EnvRule, Mount, Plan } from './plan.ts';
import { findRewritable } from './rewritable.ts';
import { PLACES } from './sandbox-paths.ts';
import { stateMounts } from './state-mounts.ts';
import { SMALL } from './system-view.ts';

/**
 * `resolve`, for a server that is an image: the container is its confinement, and everything of the plan is put into
 * force by what its engine is told. What an engine cannot be told is refused.
 */
export const resolveContainer: Engines['container'] = ({ entries: asked, request }, policy, host, engines) => {
  const ceiling = ceilingOf(policy);
  const unsafe = decideUnsafe(asked, ceiling);
  const { entries } = unsafe;
  const entry = entries[0].server;
  const filled = decideArguments(request, entries, host, engines);
  if (!filled.allowed) return filled;
  const filledBy = (index: number): Filled => filled.granted[index] ?? { args: [], paths: [] };

  const programs = askEach(entries, (one, index) => decideImage(one, filledBy(index), policy, host));
  const program = programs.allowed ? agreeProgram(programs.granted, entries, ceiling, host) : programs;
  if (!program.allowed) return program;
  const tool = program.granted.program.interpreter?.asked === 'docker' ? 'docker' : 'podman';

  const reach = decideNetwork(entries, policy, host, engines, undefined);
  const account = decideAccount(policy, host);
  const hasCgroups = tool === 'docker' || host.account.uid === 0 || host.file(CGROUP_2) !== undefined;
  const limits = withoutCgroups(decideLimits(entries, policy, undefined), hasCgroups);
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
  const cwd = entries.some(({ server }) => server.cwd)
    ? decideCwd(entries, grants.allowed ? grants.granted : [], PLACES, host)
    : allow<Plan['cwd']>({ path: IMAGE_CWD, because: { reason: 'where the image says' } });

  const givenUp = unsafeAt(entry, 'docker-socket');
  const exposed = findExposed(entries, {
    env: granted.env,
    network: reach.allowed ? reach.granted.network : NONE,
    mounts: grants.allowed ? grants.granted : [],
    hide: hidesOf(policy, entries),
    givenUp,
  });
  const parts = [reach, account, limits, files, env, grants, cwd];
  const findings = [
    ...findUnbuilt(entry, host),
    ...parts.flatMap((part: Decision<unknown>) => (part.allowed ? [] : part.findings)),
    ...exposed,
    ...findRewritable(entry, program.granted.program, policy, host),
  ];
  if (!reach.allowed || !account.allowed || !limits.allowed || !cwd.allowed || !grants.allowed || findings.length > 0)
    return deny(...findings);

  const network = networkOf(reach.granted.network, givenUp);
  const mounts: readonly Mount[] = [
    ...freshMounts(limits.granted.limits.tmp, cwd.granted),
    ...grants.granted,
    ...stateMounts(granted.state, entry.id, PLACES, host),
  ];
  const held = { account: account.granted, cwd: cwd.granted, limits: limits.granted.limits, mounts, network };
  const options = containerOptions({ tool, hasCgroups, ...held });
  return allow(
    deepFreeze<Plan>({
      server: entry.id,
      policy: (entries.at(-1)?.server ?? entry).at.file,
      layers: entries.map(({ layer }) => ({ kind: layer.kind, files: layer.files })),
      program: program.granted.program,
      argv: program.granted.argv,
      argvBecause: program.granted.argvBecause,
      env: environment(baseEnv(program.granted.program, account.granted, network, PLACES, host), granted.env),
      ...held,
      confinement: { by: 'container', nestedNamespaces: false, systemCalls: 'filtered', because: CONFINED },
      container: { tool, records: `${host.directories.state}/containers`, options },
      weakened: unsafe.granted.map(({ value, at }) => ({
        ident: value,
        effect: isMoot(value) ? 'changes nothing yet' : 'in effect',
        at,
      })),
      narrowed: [
        ...unsafe.narrowed,
        ...granted.narrowed,
        ...reach.granted.narrowed,
        ...narrowedCwd(entries, host),
        ...limits.granted.narrowed,
      ],
      notEnforced: [...NOT_ENFORCED.filter((ident) => ident !== 'lock'), ...notKept(tool, granted.files, hasCgroups)],
    }),
  );
};

const NONE: Plan['network'] = { mode: 'none', because: { reason: 'not decided' } };
const CONFINED = { reason: 'an image runs in a container' };

/** cgroups(7): there in the one hierarchy of version 2 alone. */
const CGROUP_2 = '/sys/fs/cgroup/cgroup.controllers';

/** Without root, an engine limits memory and the number of processes by cgroups of version 2, or not at all. */
function withoutCgroups(decided: Decision<DecidedLimits>, hasCgroups: boolean): Decision<DecidedLimits> {
  if (hasCgroups || !decided.allowed) return decided;
  const { memory, ...limits } = decided.granted.limits;
  const fault =
    memory?.because.at &&
    cannot(
      '`limits.memory` holds for podman without root only where the machine has cgroup v2',
      'remove it, if the server may run without it, or start the machine with cgroup v2',
      memory.because.at,
    );
  return allowUnless(fault ? [fault] : [], { ...decided.granted, limits });
}

function findUnbuilt({ id, unsafe, at }: ServerPolicy, host: Host): Finding[] {
  const bare = unsafe.find(({ value }) => value === 'no-sandbox');
  const meaningless = `\`${id}\` is an image, which runs in a container or not at all`;
  return [
    ...(bare ? [refusal('policy-meaningless', meaningless, 'remove `no-sandbox` from `unsafe`', bare.at)] : []),
    ...(host.platform === 'linux'
      ? []
      : [cannot(`this version runs images on Linux alone, and this is ${host.platform}`, 'run it on Linux', at)]),
  ];
}

/** All that the engine gives, where something gives it up: no part of it can be kept. */
function networkOf(network: Plan['network'], givenUp: ReturnType<typeof unsafeAt>): Plan['network'] {
  if (network.mode !== 'hosts' || !givenUp) return network;
  return { mode: 'host', because: { reason: '`unsafe: [docker-socket]`: no list of hosts holds there', at: givenUp } };
}

function freshMounts(tmp: Plan['limits']['tmp'], cwd: Plan['cwd']): readonly Mount[] {
  const large = tmp?.value ?? SMALL;
  const small = tmp?.because.reason === WRITTEN ? large : Math.min(large, SMALL);
  return [
    inMemory(SHARED_MEMORY, small),
    inMemory(PLACES.temporary, large),
    inMemory(PLACES.home, small),
    ...(cwd.path === PLACES.cwd ? [inMemory(cwd.path, small, cwd.because)] : []),
  ];
}

function inMemory(path: string, bytes: number, because = FRESH): Mount {
  return { kind: 'memory', path, bytes, because };
}

const FRESH: Mount['because'] = { reason: 'fresh, in memory, gone with the server' };

/** The image has a `PATH` of its own. */
function environment(base: readonly EnvRule[], granted: readonly EnvRule[]): readonly EnvRule[] {
  const ours = base.filter(({ name }) => name !== 'PATH');
  return [...new Map([...ours, ...granted].map((rule) => [rule.name, rule])).values()];
}

/** What bubblewrap gives and the engine of a container does not. */
function notKept(tool: Tool, files: readonly Grant[], hasCgroups: boolean): NotEnforced[] {
  return [
    ...(tool === 'docker' ? (['docker-untested'] as const) : []),
    ...(files.some(({ mode }) => mode === 'write') ? (['masks'] as const) : []),
    ...(files.length > 0 ? (['path-races'] as const) : []),
    ...(hasCgroups ? [] : (['container-memory'] as const)),
  ];
}

/** What speaks of bubblewrap changes nothing here. */
function isMoot(value: Unsafe): boolean {
  return MOOT.includes(value) || FOR_OTHERS.includes(value);
}

const FOR_OTHERS: readonly Unsafe[] = ['own-sandbox', 'landlock-only', 'no-guard'];
