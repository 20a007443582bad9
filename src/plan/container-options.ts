import type { Tool } from './decide-image.ts';
import { PLACES } from './sandbox-paths.ts';
import type { Because, Mount, Plan, PlannedContainer } from './plan.ts';

export interface ToContain extends Pick<Plan, 'account' | 'cwd' | 'limits' | 'mounts' | 'network'> {
  readonly tool: Tool;
  /** Whether the engine can limit what all of a container uses up. */
  readonly hasCgroups: boolean;
}

/**
 * How a container is held: everything that `run` of the tool is told, in an order that says what for. Its own defaults
 * are named where a configuration could have others. Each is one word, `--name=value`.
 */
export function containerOptions(asked: ToContain): PlannedContainer['options'] {
  const { tool, cwd, mounts, network } = asked;
  const isPodman = tool === 'podman';
  return [
    ...said('the image that is there, and no other', ['--pull=never']),
    ...said('its stdin is the client’s, and it is removed when it ends', [
      ...['--interactive', '--rm', '--restart=no'],
      ...(isPodman ? ['--detach-keys='] : []), // Podman would leave the server alone at two bytes of the client's
    ]),
    ...said('a first process that hands on signals and waits for what is left', ['--init']),
    ...said('what it says is the client’s, and in no log', ['--log-driver=none']),
    ...said('nothing of the image runs beside it', [
      '--no-healthcheck',
      ...(isPodman ? ['--systemd=false', '--image-volume=ignore'] : []),
    ]),
    ...(network.mode === 'none' ? [{ option: '--network=none', because: network.because }] : []),
    ...said('nothing of the tool’s environment', isPodman ? ['--http-proxy=false', '--env-host=false'] : []),
    ...said('its root is the image, to be read', ['--read-only', ...(isPodman ? ['--read-only-tmpfs=false'] : [])]),
    ...said('no rights of root, and none to be had', ['--cap-drop=ALL', '--security-opt=no-new-privileges']),
    ...said('namespaces of its own', ['--ipc=private', '--cgroupns=private', '--hostname=sandbox']),
    ...accountOptions(asked),
    ...limitOptions(asked),
    ...mounts.flatMap((mount) => mountOptions(mount, asked)),
    ...(cwd.path === IMAGE_CWD ? [] : [{ option: `--workdir=${cwd.path}`, because: cwd.because }]),
  ];
}

/** Where the image says that its server stands. */
export const IMAGE_CWD = '.';

type Options = PlannedContainer['options'];

function said(reason: string, options: readonly string[]): Options {
  return options.map((option) => ({ option, because: { reason } }));
}

/** Podman of an ordinary account has a user namespace, in which the account keeps its numbers: then it owns its files. */
function accountOptions({ tool, account }: ToContain): Options {
  const because = account.because;
  return [
    ...(tool === 'podman' && !account.changes ? [{ option: '--userns=keep-id', because }] : []),
    { option: `--user=${account.uid}:${account.gid}`, because },
    ...(tool === 'podman' ? [{ option: passwdEntry(account), because: { reason: 'not the account’s own name' } }] : []),
  ];
}

function passwdEntry({ uid, gid }: Plan['account']): string {
  return `--passwd-entry=${PLACES.user}:*:${uid}:${gid}:${PLACES.user}:${PLACES.home}:/bin/sh`;
}

function limitOptions({ limits, tool, account, hasCgroups }: ToContain): Options {
  const { memory, processes, openFiles, fileSize, cpu } = limits;
  const seconds = Math.ceil((cpu?.value ?? 0) / 1e3);
  return [
    ...limit(`--memory=${memory?.value}`, memory),
    ...limit(`--memory-swap=${memory?.value}`, memory), // both together: no swap beside it
    ...limit(`--pids-limit=${processes?.value}`, hasCgroups ? processes : undefined),
    ...limit(`--ulimit=nofile=${openFiles?.value}:${openFiles?.value}`, openFiles),
    ...limit(`--ulimit=fsize=${fileSize?.value}:${fileSize?.value}`, fileSize),
    ...limit(`--ulimit=cpu=${seconds}:${seconds + 1}`, cpu),
    ...said('no core files: they would hold what the server knew', ['--ulimit=core=0:0']),
    ...(tool === 'podman' ? podmanProcesses(limits, account) : []),
  ];
}

function limit(option: string, by: { readonly because: Because } | undefined): Options {
  return by ? [{ option, because: by.because }] : [];
}

/**
 * Podman raises this by itself as far as it goes, which root in a container of its own may not. In a user namespace of
 * its own it counts what is in the container; without one, all that the account runs on the machine.
 */
function podmanProcesses({ processes }: Plan['limits'], account: Plan['account']): Options {
  const because = { reason: 'what podman would set by itself, not every root may' };
  if (account.changes) return [{ option: '--ulimit=nproc=32768:32768', because }];
  return processes
    ? [{ option: `--ulimit=nproc=${processes.value}:${processes.value}`, because: processes.because }]
    : [];
}

function mountOptions(mount: Mount, { mounts, tool }: ToContain): Options {
  const { path, because } = mount;
  switch (mount.kind) {
    case 'memory':
      if (path === SHARED_MEMORY) return [{ option: `--shm-size=${mount.bytes}`, because }];
      return [{ option: `--tmpfs=${path}:${FRESH[tool]},size=${mount.bytes},mode=1777`, because }];
    case 'bind':
      return [{ option: bind(path, path, mount.mode === 'write'), because }];
    case 'link': {
      const target = mounts.find((other) => other.kind === 'bind' && other.path === mount.to);
      return [{ option: bind(mount.to, path, target?.kind === 'bind' && target.mode === 'write'), because }];
    }
    case 'state':
      return [{ option: bind(mount.source, path, true), because }];
    default:
      return []; // the engine's own: /proc, /dev
  }
}

/** Podman would fill it from the image, and give it the mode of the directory there. */
const FRESH: Readonly<Record<Tool, string>> = {
  docker: 'rw,noexec,nosuid,nodev',
  podman: 'rw,noexec,nosuid,nodev,notmpcopyup',
};

export const SHARED_MEMORY = '/dev/shm';

function bind(source: string, target: string, isWritable: boolean): string {
  return `--mount=type=bind,source=${source},target=${target}${isWritable ? '' : ',readonly'}`;
}
