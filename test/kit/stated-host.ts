import { createHash } from 'node:crypto';
import type { Step } from '../../src/match/custody.ts';
import { pathAndAncestors } from '../../src/match/path.ts';
import type { LockedNpm } from '../../src/plan/decide-locked.ts';
import type { Account, Entry, FileFacts, Host, Surroundings } from '../../src/plan/host.ts';

/** A file of a stated machine. What is not said is as a distribution has it: root's, for root alone to write. */
export interface Stated {
  readonly kind: FileFacts['kind'] | 'link';
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
  /** Of a file; undefined is a file that cannot be read. */
  readonly text?: string | undefined;
  /** Of a link. */
  readonly to?: string;
}

type Facts = Partial<Pick<Stated, 'uid' | 'gid' | 'mode'>>;
export type Tree = Readonly<Record<string, Stated>>;

const state = (kind: Stated['kind'], mode: number, facts: Facts = {}): Stated => ({
  kind,
  uid: 0,
  gid: 0,
  mode,
  ...facts,
});

export const directory = (facts?: Facts): Stated => state('directory', 0o755, facts);
export const file = (text = '', facts?: Facts): Stated => ({ ...state('file', 0o644, facts), text });
export const program = (text = '\x7fELF', facts?: Facts): Stated => ({ ...state('file', 0o755, facts), text });
export const unreadable = (facts?: Facts): Stated => state('file', 0o711, facts);
export const link = (to: string, facts?: Facts): Stated => ({ ...state('link', 0o777, facts), to });
export const socket = (facts?: Facts): Stated => state('other', 0o777, facts);

export const ANNA: Account = { name: 'anna', uid: 1000, gid: 1000, home: '/home/anna' };
export const ROOT: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };
/** What anna owns, and an account that is neither root nor hers. */
export const ANNAS = { uid: 1000, gid: 1000 };
export const BOBS = { uid: 1001, gid: 1001 };

const ACCOUNTS: readonly Account[] = [
  ROOT,
  ANNA,
  { name: 'nobody', uid: 65534, gid: 65534, home: '/nonexistent' },
  { name: 'mcp', uid: 990, gid: 990, home: '/var/lib/mcp' },
  { name: 'toor', uid: 0, gid: 0, home: '/root' },
  { name: 'wheelie', uid: 991, gid: 0, home: '/var/lib/wheelie' },
];

/** A plain Linux machine, and a few programs on it. */
const MACHINE: Tree = {
  '/bin': link('usr/bin'),
  '/lib': link('usr/lib'),
  '/usr/bin/node': program(),
  '/usr/bin/env': program(),
  '/usr/bin/dash': program(),
  '/usr/bin/sh': link('dash'),
  '/usr/bin/python3.11': program(),
  '/usr/bin/python3': link('python3.11'),
  '/usr/lib/python3.11': directory(),
  '/usr/share/zoneinfo/Europe/Vienna': file(),
  '/etc/localtime': link('/usr/share/zoneinfo/Europe/Vienna'),
  '/etc/passwd': file(),
  '/etc/hosts': file(),
  '/etc/resolv.conf': file(),
  '/usr/local/bin': directory(),
  '/tmp': directory({ mode: 0o1777 }),
  '/home/anna': directory(ANNAS),
  '/home/anna/.config/mcp-secure-run/policy.yaml': file('', ANNAS),
  '/opt/acme/bin/crm': program(),
  '/opt/acme/crm.js': file('serve()'),
};

interface Extra {
  readonly tree?: Tree;
  readonly variables?: Readonly<Record<string, string>>;
  readonly firstInode?: number;
  readonly facts?: Partial<Pick<Host, 'account' | 'cwd' | 'node' | 'platform' | 'directories'>>;
  /** What bubblewrap says of itself. */
  readonly bubblewrap?: string;
  /** What every lock has, by the identity. */
  readonly locked?: Locks;
  /** And of programs: the hash, by what a policy writes. */
  readonly pinned?: Readonly<Record<string, string>>;
}

export type Locks = Readonly<Record<string, LockedNpm>>;

/** Look-ups on a machine that exists nowhere: anna's, unless said otherwise. */
export function statedHost({
  tree = {},
  variables = {},
  firstInode = 100,
  facts = {},
  bubblewrap = '0.8.0',
  locked = {},
  pinned = {},
}: Extra = {}): StatedHost {
  const files = withDirectories({ ...MACHINE, ...tree });
  const inodes = new Map([...files.keys()].map((path, index) => [path, firstInode + index]));
  const at = (path: string): [string, Stated] | undefined => found(files, walk(files, path, 'through'));
  const textAt = (path: string): string | undefined => at(path)?.[1].text;
  const account = facts.account ?? ANNA;
  return {
    real: (path) => at(path)?.[0],
    link: (path) => found(files, walk(files, path, 'to'))?.[1].to,
    file: (path) => {
      const [real, stated] = at(path) ?? [];
      if (real === undefined || !stated || stated.kind === 'link') return undefined;
      const { kind, uid, gid } = stated;
      return { kind, uid, gid, mode: modeOf(stated), device: 1, inode: inodes.get(real) ?? 0 };
    },
    steps: (path) => stepsOf(files, path),
    head: (path) => textAt(path)?.slice(0, 256),
    sha256: (path) => {
      const text = textAt(path);
      return text === undefined ? undefined : sha256(text);
    },
    entries: (path) => entriesOf(files, path),
    bubblewrap: () => bubblewrap,
    locked,
    pinned,
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    account,
    accountNamed: (name) => ACCOUNTS.find((one) => one.name === name),
    cwd: '/home/anna',
    node: '/usr/bin/node',
    platform: 'linux',
    directories: {
      config: `${account.home}/.config/mcp-secure-run`,
      state: `${account.home}/.local/state/mcp-secure-run`,
      data: `${account.home}/.local/share/mcp-secure-run`,
    },
    ...facts,
  };
}

/** A host that says more of itself than most decisions ask. */
export type StatedHost = Host & Surroundings & Required<Pick<Extra, 'locked' | 'pinned'>>;

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Files = ReadonlyMap<string, Stated>;

/** Every path has its directories: root's, unless the tree states them; below a home, its owner's. */
function withDirectories(tree: Tree): Files {
  const files = new Map<string, Stated>();
  for (const path of Object.keys(tree).toSorted()) {
    for (const step of pathAndAncestors(path))
      if (!files.has(step)) files.set(step, tree[step] ?? directory(step.startsWith('/home/anna/') ? ANNAS : {}));
  }
  return files;
}

function found(files: Files, path: string | undefined): [string, Stated] | undefined {
  const stated = path === undefined ? undefined : files.get(path);
  return path === undefined || !stated ? undefined : [path, stated];
}

/** Where a path leads, with links followed on the way, and at its end `through` it or only `to` it. */
function walk(files: Files, path: string, last: 'through' | 'to', hops = 0): string | undefined {
  let real = '';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  for (const [index, part] of parts.entries()) {
    const parent = real;
    real = part === '..' ? parent.slice(0, Math.max(0, parent.lastIndexOf('/'))) : `${parent}/${part}`;
    const stated = files.get(real === '' ? '/' : real);
    if (!stated || hops > 40) return undefined;
    const isLast = index === parts.length - 1;
    if (stated.kind === 'link' && (!isLast || last === 'through')) {
      const to = stated.to?.startsWith('/') ? stated.to : `${parent}/${stated.to ?? ''}`;
      return walk(files, [to, ...parts.slice(index + 1)].join('/'), last, hops + 1);
    }
    if (!isLast && stated.kind !== 'directory') return undefined;
  }
  return real === '' ? '/' : real;
}

function entriesOf(files: Files, path: string): Entry[] | undefined {
  if (files.get(path)?.kind !== 'directory') return undefined;
  return [...files]
    .filter(([below]) => below.startsWith(`${path}/`) && !below.includes('/', path.length + 1))
    .map(([below, { kind }]) => ({
      name: below.slice(path.length + 1),
      isDirectory: () => kind === 'directory',
      isSymbolicLink: () => kind === 'link',
    }));
}

function stepsOf(files: Files, path: string): Step[] | undefined {
  const steps = pathAndAncestors(path).map((step) => {
    const stated = found(files, walk(files, step, 'to'))?.[1];
    return stated && { path: step, uid: stated.uid, gid: stated.gid, mode: modeOf(stated) };
  });
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

// inode(7)
const TYPE_BITS = { file: 0o100000, directory: 0o040000, link: 0o120000, other: 0o140000 };
const modeOf = ({ kind, mode }: Stated): number => TYPE_BITS[kind] | mode;
