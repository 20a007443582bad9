import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { userInfo } from 'node:os';
import { pathAndAncestors } from '../match/path.ts';
import type { Step } from '../match/custody.ts';
import type { Account, Directories, FileFacts, Host } from '../plan/host.ts';
import { sha256 } from './hash.ts';

/** The machine as one plan sees it: every question is asked once, and the answer kept. */
export function createHost(account: Account, directories: Directories, environment: NodeJS.ProcessEnv): Host {
  const look = once(lookAt);
  return {
    // Asked first, for what is not there is the usual answer, and an exception costs more than all the rest of a look-up.
    real: once((path) => attempt(() => look(path) && realpathSync.native(path))),
    link: once((path) => attempt(() => (look(path)?.isSymbolicLink() ? readlinkSync(path) : undefined))),
    file: once((path) => attempt(() => factsOf(path, look))),
    steps: once((path) => attempt(() => stepsOf(path, look))),
    head: once((path) => attempt(() => readHead(path))),
    sha256: once((path) => attempt(() => hashOf(path))),
    // Its own names only: `process.env` answers to `constructor` as every object does.
    variable: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
    account,
    accountNamed: once((name) => attempt(() => accountNamed(name))),
    cwd: attempt(() => process.cwd()),
    node: realpathSync.native(process.execPath),
    platform: process.platform,
    directories,
  };
}

/** The account that runs us, by its passwd entry: `HOME` and `USER` are the client's to set. */
export function ownAccount(): Account | undefined {
  const entry = attempt(() => userInfo());
  return entry && entry.homedir.startsWith('/')
    ? { name: entry.username, uid: entry.uid, gid: entry.gid, home: entry.homedir }
    : undefined;
}

/** lstat(2) of a path and of every directory above it, root first. Throws when one of them is not there. */
export function stepsOf(path: string, look: Look = lookAt): Step[] {
  return pathAndAncestors(path).map((step) => {
    const { uid, gid, mode } = look(step) ?? lstatSync(step);
    return { path: step, uid, gid, mode };
  });
}

type Look = typeof lookAt;

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Look-ups answer `undefined` for what is not there or cannot be looked at; each caller refuses then. */
function attempt<Answer>(look: () => Answer): Answer | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function once<Answer>(look: (question: string) => Answer): (question: string) => Answer {
  const answers = new Map<string, { readonly answer: Answer }>();
  return (question) => {
    const known = answers.get(question) ?? { answer: look(question) };
    answers.set(question, known);
    return known.answer;
  };
}

function factsOf(path: string, look: Look): FileFacts | undefined {
  const own = look(path);
  const stats = own?.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : own;
  if (!stats) return undefined;
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  return { kind, uid: stats.uid, gid: stats.gid, mode: stats.mode, device: stats.dev, inode: stats.ino };
}

/** Of the very file that {@link factsOf} tells of: what is hashed is what is bound. */
function hashOf(path: string): string | undefined {
  const facts = factsOf(path, lookAt);
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { dev, ino } = fstatSync(descriptor);
    return dev === facts?.device && ino === facts.inode ? sha256(readFileSync(descriptor)) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function readHead(path: string): string {
  // Without O_NONBLOCK, opening a FIFO waits for its writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a file`);
    const bytes = Buffer.alloc(256);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** passwd(5): name, password, uid, gid, comment, home, shell. Local accounts only. */
function accountNamed(wanted: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${wanted}:`));
  const [name, , uid, gid, , home] = line?.split(':') ?? [];
  return name && uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid)
    ? { name, uid: Number(uid), gid: Number(gid), home: home ?? '/' }
    : undefined;
}
