import { isReadByTools } from '../plan/decide-exposure.ts';
import type { EnvRule, Plan, PlannedContainer } from '../plan/plan.ts';
import { environmentOf, type Values } from './environment.ts';
import type { Spawn } from './spawn.ts';

/** A plan for a container, but for what each launch makes up: names, and the directory that is its record. */
export interface Contained {
  readonly tool: PlannedContainer['tool'];
  readonly records: string;
  /** What must still be what the plan looked at: an engine is told of files by their path. */
  readonly held: readonly { readonly path: string; readonly device: number; readonly inode: number }[];
  /** Directories of ours that persist, and whose they are to be. */
  readonly kept: readonly string[];
  readonly account: Plan['account'];
  /** The files that a record holds before the tool is started. */
  readonly files: Readonly<Record<string, string>>;
  readonly image: string;
  readonly spawnIn: (own: Own) => Spawn;
  /** What waits for its stdin to end, and unless a line came first, sees that the container does. */
  readonly keeperIn: (own: Own) => Spawn;
  /** What removes a container of that name, whatever it is doing, and says so on its stdout. */
  readonly removeIn: (own: Pick<Own, 'name' | 'record'>) => Spawn;
}

export interface Own {
  readonly name: string;
  /** Its directory. */
  readonly record: string;
  /** Which launcher started it, as `host/launcher-mark.ts` says it. */
  readonly launcher: string;
}

/** The account that starts the tool, which is ours. */
export interface Caller {
  readonly home: string;
  /** Where its session keeps what does not outlive it, where there is one. */
  readonly runtimeDirectory: string | undefined;
}

/** Where, in a record, the tool writes that the container is there. Before, that file is empty or missing. */
export const CREATED = 'container-id';

/**
 * A plan as a run of Docker's or Podman's command line.
 *
 * The laws of this file:
 * - No value is on the command line, which everyone can read: variables go by name, and the tool takes their values from
 *   its own environment. Ours, which hold nothing, go whole: some of them mean something to the tool itself.
 * - The tool gets no environment and no configuration of the client's: a context, a remote engine, a plugin or default
 *   mounts would come from there.
 */
export function confineInContainer(plan: Plan, values: Values, caller: Caller): Contained {
  const { container, argv, env, mounts, program } = plan;
  const file = program.interpreter?.real;
  if (!container || file === undefined) throw new Error('a plan for no container was to be contained');
  const { tool, records, options } = container;
  const given = environmentOf(plan, values);
  const start = (own: Pick<Own, 'name' | 'record'>, args: readonly string[], more: Spawn['env'] = {}): Spawn => ({
    file,
    args: [...CONNECTION[tool](own.record), ...args],
    env: { ...more, ...ENVIRONMENT[tool](own.record, caller) },
    ...{ cwd: '/', account: undefined, descriptors: [], waits: false, masks: [] },
  });
  const removeIn: Contained['removeIn'] = (own) => start(own, [...REMOVE[tool], own.name]);
  return {
    ...{ tool, records, account: plan.account, files: FILES[tool], image: program.real },
    held: mounts.flatMap((mount) => (mount.kind === 'bind' && mount.held ? [{ path: mount.path, ...mount.held }] : [])),
    kept: mounts.flatMap((mount) => (mount.kind === 'state' ? [mount.source] : [])),
    spawnIn: (own) =>
      start(
        own,
        [
          'run',
          ...options.map(({ option }) => option),
          ...[`--name=${own.name}`, `--cidfile=${own.record}/${CREATED}`],
          ...[`--label=mcp-secure-run.server=${plan.server}`, `--label=mcp-secure-run.launcher=${own.launcher}`],
          ...env.flatMap((rule) => (rule.name in given ? [`--env=${variable(rule)}`] : [])),
          ...argv,
        ],
        Object.fromEntries(env.flatMap((rule) => (isByName(rule) ? [[rule.name, given[rule.name] ?? '']] : []))),
      ),
    keeperIn: (own) => {
      const { file: program_, args, ...rest } = removeIn(own);
      return { ...rest, file: '/bin/sh', args: ['-c', KEEPER, 'sh', `${own.record}/${CREATED}`, program_, ...args] };
    },
    removeIn,
  };
}

/**
 * A constant text; the record's file and the command come as its arguments. The launcher may be gone before the tool has
 * made the container: until that is written down, it is looked for more than once.
 */
const KEEPER =
  'read -r _ && exit; created="$1"; shift; for seconds in 0 1 2 4 8; do sleep "$seconds"; ' +
  'said="$("$@" 2>/dev/null)"; [ -z "$said" ] && [ ! -s "$created" ] || exit 0; done';

function isByName(rule: EnvRule): boolean {
  return rule.from !== 'us' && !isReadByTools(rule.name);
}

function variable(rule: EnvRule): string {
  return isByName(rule) || !('value' in rule) ? rule.name : `${rule.name}=${rule.value}`;
}

/**
 * Docker is asked at the one place where every installation of it has its socket, and root alone can put another one. Its
 * configuration is an empty directory.
 */
const CONNECTION: Readonly<Record<Contained['tool'], (record: string) => readonly string[]>> = {
  docker: (record) => ['--config', `${record}/docker`, '--host', 'unix:///var/run/docker.sock'],
  podman: () => ['--remote=false'],
};

const REMOVE: Readonly<Record<Contained['tool'], readonly string[]>> = {
  docker: ['rm', '--force'],
  podman: ['rm', '--force', '--ignore', '--time=0'],
};

/** What each needs to find its parts and the account's images: podman(1), `FILES` of containers.conf(5). */
const ENVIRONMENT: Readonly<Record<Contained['tool'], (record: string, caller: Caller) => Spawn['env']>> = {
  docker: () => ({ PATH: '/usr/bin:/bin' }),
  podman: (record, { home, runtimeDirectory }) => ({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    ...(runtimeDirectory !== undefined && { XDG_RUNTIME_DIR: runtimeDirectory }),
    CONTAINERS_CONF: `${record}/containers.conf`,
  }),
};

/** In place of the system's and the account's: those may mount directories and set variables in every container. */
const FILES: Readonly<Record<Contained['tool'], Readonly<Record<string, string>>>> = {
  docker: { 'docker/config.json': '{}\n' },
  podman: { 'containers.conf': '[containers]\nbase_hosts_file = "none"\nhost_containers_internal_ip = "none"\n' },
};
