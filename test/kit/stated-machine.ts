import type { Surroundings } from '../../src/confine/diagnose.ts';
import { examine } from '../../src/confine/examine.ts';
import type { Attempt, Container, Machine, OwnDirectory } from '../../src/confine/machine.ts';

export const MADE = ['user', 'nested', 'pid', 'ipc', 'uts', 'cgroup', 'net', 'proc'] as const;

export const directory = (name: OwnDirectory['name'], facts: Partial<OwnDirectory> = {}): OwnDirectory => ({
  name,
  path: `/home/anna/.${name}`,
  isThere: true,
  isWritable: true,
  changeable: undefined,
  isMoved: false,
  ...facts,
});
export const DIRECTORIES = [directory('config'), directory('state'), directory('data')];

const SURROUNDINGS: Surroundings = {
  inContainer: false,
  appArmorRestricts: false,
  cloneForbidden: false,
  noNamespacesLeft: false,
};

/** A machine on which all is well. */
export const DEBIAN_13: Machine = {
  platform: 'linux',
  architecture: 'x64',
  kernel: '6.12.48+deb13-amd64',
  system: { id: 'debian', like: [], name: 'Debian GNU/Linux 13 (trixie)' },
  surroundings: SURROUNDINGS,
  maxUserNamespaces: 63_000,
  container: undefined,
  appArmor: { label: undefined, profile: 'absent' },
  bubblewrap: { uid: 0, mode: 0o100755 },
  sandboxExec: undefined,
  otherBubblewraps: [],
  version: { upstream: '0.12.0', packaged: '0.12.0-1~deb13u1', lacks: [] },
  attempts: MADE.map((made) => ({ made, said: undefined })),
  cgroups: { version: 2, delegated: ['cpu', 'memory', 'pids'], scope: true },
  node: { version: '24.21.0', path: '/usr/bin/node', changeable: undefined, entry: '/opt/msr/bin/mcp-secure-run.js' },
  variables: ['HOME', 'PATH'],
  directories: DIRECTORIES,
};

export type Facts = Partial<Machine>;

export const system = (id: string, name: string, like: readonly string[] = []): Facts => ({
  system: { id, like, name },
});
/** Facts later in the row win; what surrounds is put together. */
export const together = (...facts: readonly Facts[]): Facts =>
  Object.assign({}, ...facts, {
    surroundings: Object.assign({}, SURROUNDINGS, ...facts.map(({ surroundings }) => surroundings)),
  });
export const around = (facts: Partial<Surroundings>): Facts => ({ surroundings: { ...SURROUNDINGS, ...facts } });
export const bubblewrap = (upstream: string, packaged?: string, lacks: readonly string[] = []): Facts => ({
  version: { upstream, packaged, lacks },
});
export const node = (version: string, path = '/usr/bin/node', changeable?: string): Facts => ({
  node: { ...DEBIAN_13.node, version, path, changeable },
});
export const failing = (said: string, which: readonly Attempt['made'][] = MADE): Facts => ({
  attempts: MADE.map((made) => ({ made, said: which.includes(made) ? `bwrap: ${said}\n` : undefined })),
});
export const container = (engine: Container['engine'], facts: Partial<Container> = {}): Facts => ({
  container: { engine, hasFilter: false, masks: [], ...facts },
  ...around({ inContainer: true }),
});
/** Of a Mac as it comes. */
export const MAC: Facts = {
  platform: 'darwin',
  architecture: 'arm64',
  kernel: '25.0.0',
  bubblewrap: undefined,
  sandboxExec: { uid: 0, mode: 0o100755 },
  version: undefined,
  attempts: undefined,
};
export const WITHOUT: Facts = { bubblewrap: undefined, version: undefined, attempts: undefined };

export type Expected = readonly (readonly [what: string, fix?: string])[];

/** `verdict name` of what is not ok, each with a part of its fix. */
export function outcome(machine: Facts): Expected {
  return examine({ ...DEBIAN_13, ...machine })
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ name, verdict, fix }) => [`${verdict} ${name}`, fix ?? '']);
}
