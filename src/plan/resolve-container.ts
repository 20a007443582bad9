import { allow, allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { unsafeAt, type ServerPolicy } from '../policy/policy.ts';
import { type Unsafe } from '../policy/unsafe.ts';
import { baseEnv } from './base-env.ts';
import { containerOptions, IMAGE_CWD, SHARED_MEMORY } from './container-options.ts';
import { decideCwd } from './decide-cwd.ts';
import { cannot, findExposed } from './decide-exposure.ts';
import { type Grant } from './decide-files.ts';
import { decideImage, type Tool } from './decide-image.ts';
import { WRITTEN, type DecidedLimits } from './decide-limits.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import { NOT_ENFORCED, type NotEnforced } from './not-enforced.ts';
import type { Mount, Plan } from './plan.ts';
import { findRewritable } from './rewritable.ts';
import { PLACES } from './sandbox-paths.ts';
import { decideShared, findingsOf, planOf, type Rest } from './shared-decisions.ts';
import { stateMounts } from './state-mounts.ts';
import { SMALL } from './system-view.ts';

/**
 * `resolve`, for a server that is an image: the container is its confinement, and everything of the plan is put into
 * force by what its engine is told. What an engine cannot be told is refused.
 */
export const resolveContainer: Engines['container'] = (asked, policy, host, engines) => {
  const shared = decideShared(
    asked,
    policy,
    host,
    engines,
    () => undefined,
    (entry, filled) => decideImage(entry, filled, policy, host),
  );
  if (!shared.allowed) return shared;
  const { entries, program, account, reach, files, env, granted, grants, hide } = shared.granted;
  if (!program.allowed) return program;
  const entry = entries[0].server;
  const tool = program.granted.program.interpreter?.asked === 'docker' ? 'docker' : 'podman';
  const hasCgroups = tool === 'docker' || host.account.uid === 0 || host.file(CGROUP_2) !== undefined;
  const limits = withoutCgroups(shared.granted.limits, hasCgroups);
  const cwd = entries.some(({ server }) => server.cwd)
    ? decideCwd(entries, grants.allowed ? grants.granted : [], PLACES, host)
    : allow<Plan['cwd']>({ path: IMAGE_CWD, because: { reason: 'where the image says' } });

  const givenUp = unsafeAt(entry, 'docker-socket');
  const exposed = findExposed(entries, {
    env: granted.env,
    network: reach.allowed ? reach.granted.network : NONE,
    mounts: grants.allowed ? grants.granted : [],
    ...{ hide, givenUp },
  });
  const findings = [
    ...findUnbuilt(entry, host),
    ...findingsOf(reach, account, limits, files, env, grants, cwd),
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
  const held = { account: account.granted, cwd: cwd.granted, mounts };
  const options = containerOptions({ ...{ tool, hasCgroups, network }, limits: limits.granted.limits, ...held });
  const base = baseEnv(program.granted.program, account.granted, network, PLACES, host);
  const rest: Rest = {
    program: program.granted,
    reach: { ...reach.granted, network },
    limits: limits.granted,
    base: base.filter(({ name }) => name !== 'PATH'), // the image has one of its own
    ...held,
    confinement: { by: 'container', nestedNamespaces: false, systemCalls: 'filtered', because: CONFINED },
    container: { tool, records: `${host.directories.state}/containers`, options },
    isMoot: (given) => FOR_OTHERS.includes(given),
    notEnforced: [...NOT_ENFORCED.filter((ident) => ident !== 'lock'), ...notKept(tool, granted.files, hasCgroups)],
  };
  return allow(planOf(shared.granted, rest, host));
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
const FOR_OTHERS: readonly Unsafe[] = ['own-sandbox', 'landlock-only', 'no-guard'];
