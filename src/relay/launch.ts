import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import { bubblewrapMissing, diagnose } from '../confine/diagnose.ts';
import type { Descriptor, Spawn } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { surroundings } from '../host/surroundings.ts';

/** A server that runs, with its three pipes. */
export interface Running {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Asks the server itself to end; nothing else of its tree. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the whole tree, at once. */
  kill(): void;
  /** The server's end, when its last output is read: code, or the signal that ended it. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts what a plan was made into. Nothing of the server has run when this says no. */
export async function launch(spawned: Spawn): Promise<Decision<Running>> {
  const held = holdDescriptors(spawned.descriptors);
  if (!held.allowed) return held;
  const fault = spawned.waits ? judgeBubblewrap() : undefined;
  if (fault) return deny(fault);

  const child = start(spawned, held.granted);
  for (const descriptor of held.granted) if (typeof descriptor === 'number') closeSync(descriptor);
  const streams = feed(child, spawned.descriptors);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });

  const failure = await (spawned.waits ? whenReady(child, streams) : whenSpawned(child));
  if (failure) return deny(failure);
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a server was started without its pipes');
  return allow({
    stdin,
    stdout,
    stderr,
    ended,
    signal: spawned.waits
      ? (signal) => signalInside(child, streams.initPid, signal)
      : (signal) => void child.kill(signal),
    // Outside a sandbox the tree is the process group, and what has left it is not ours to find.
    kill: spawned.waits ? () => void child.kill('SIGKILL') : () => killGroup(child),
  });
}

/** Opens what is to be bound, and sees that it still is what the plan looked at. */
function holdDescriptors(descriptors: readonly Descriptor[]): Decision<('pipe' | number)[]> {
  const opened: ('pipe' | number)[] = [];
  for (const descriptor of descriptors) {
    const one = descriptor.kind === 'held' ? hold(descriptor) : 'pipe';
    if (typeof one === 'object') return deny(one);
    opened.push(one);
  }
  return allow(opened);
}

function hold({ path, device, inode }: Extract<Descriptor, { kind: 'held' }>): number | Finding {
  const changed = refusal(
    'path-changed',
    `\`${path}\` became another file while the server was being started`,
    'start it again; if this comes back, find out what replaces that file',
  );
  let descriptor: number;
  try {
    descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch {
    return changed;
  }
  const stats = fstatSync(descriptor);
  return stats.dev === device && stats.ino === inode ? descriptor : changed;
}

/** open(2), Linux: a handle on the place, without a right to read it. Not among Node's constants. */
const O_PATH = 0o10000000;

/** Only root may have made what confines, and it may not run as root: CVE-2020-5291, CVE-2026-41163. */
function judgeBubblewrap(): Finding | undefined {
  let mode: number;
  let uid: number;
  try {
    ({ mode, uid } = statSync(BUBBLEWRAP));
  } catch {
    return bubblewrapMissing(BUBBLEWRAP, surroundings());
  }
  if (uid !== 0 || (mode & 0o022) !== 0)
    return refusal(
      'sandbox-untrusted',
      `${BUBBLEWRAP} can be changed by others than root`,
      `\`sudo chown root:root ${BUBBLEWRAP} && sudo chmod 755 ${BUBBLEWRAP}\``,
    );
  if ((mode & 0o6000) !== 0)
    return refusal(
      'sandbox-untrusted',
      `${BUBBLEWRAP} is setuid: a fault in it would give root’s rights`,
      `\`sudo chmod u-s,g-s ${BUBBLEWRAP}\`; user namespaces need no setuid`,
    );
  return undefined;
}

function start(spawned: Spawn, descriptors: readonly ('pipe' | number)[]): ChildProcess {
  if (!spawned.waits) mkdirSync(spawned.cwd, { recursive: true, mode: 0o700 });
  return spawn(spawned.file, spawned.args, {
    cwd: spawned.cwd,
    env: spawned.env,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
    shell: false,
    detached: !spawned.waits,
    ...spawned.account,
  });
}

interface Streams {
  handshake: Socket | undefined;
  /** Of the sandbox's first process, on this side of its pid namespace. */
  initPid: Promise<number | undefined>;
}

function feed(child: ChildProcess, descriptors: readonly Descriptor[]): Streams {
  const streams: Streams = { handshake: undefined, initPid: Promise.resolve(undefined) };
  for (const [index, descriptor] of descriptors.entries()) {
    const stream = child.stdio[index + 3];
    if (!(stream instanceof Socket)) continue;
    stream.on('error', () => {}); // the process is gone: its end says why
    if (descriptor.kind === 'text') stream.end(descriptor.text);
    if (descriptor.kind === 'handshake') streams.handshake = stream;
    if (descriptor.kind === 'info') streams.initPid = readInitPid(stream);
  }
  return streams;
}

function readInitPid(stream: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('close', () => {
      const pid = /"child-pid": (\d+)/.exec(text)?.[1];
      resolve(pid === undefined ? undefined : Number(pid));
    });
  });
}

/** Waits until the sandbox stands, and lets the server start; or the reason why there is none. */
async function whenReady(child: ChildProcess, { handshake }: Streams): Promise<Finding | undefined> {
  let words = '';
  const collect = (chunk: Buffer): void => void (words = (words + chunk.toString()).slice(-MAX_WORDS));
  child.stderr?.on('data', collect);
  const outcome = await new Promise<'ready' | 'ended' | 'silent' | Error>((resolve) => {
    handshake?.once('data', () => resolve('ready'));
    child.once('close', () => resolve('ended'));
    child.once('error', resolve);
    setTimeout(() => resolve('silent'), PATIENCE).unref();
  });
  child.stderr?.pause();
  child.stderr?.off('data', collect);
  if (outcome === 'ready') {
    handshake?.end('\n');
    return undefined;
  }
  child.kill('SIGKILL');
  if (outcome === 'ended') return diagnose(words, surroundings());
  if (outcome === 'silent')
    return refusal(
      'sandbox-silent',
      `bubblewrap did not build the sandbox within ${PATIENCE / 1000} s`,
      'look for a network file system that hangs among the granted paths',
    );
  return refusal(
    'launch-failed',
    `${BUBBLEWRAP} cannot be started: ${outcome.message}`,
    'check that this account may start programs: `ulimit -u`',
  );
}

const MAX_WORDS = 4096;
/** Milliseconds. It takes some 6; a loaded machine may take a hundred times that. */
const PATIENCE = 10_000;

async function whenSpawned(child: ChildProcess): Promise<Finding | undefined> {
  const error = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', resolve);
  });
  return (
    error &&
    refusal(
      'launch-failed',
      `the server cannot be started: ${error.message}`,
      'start the program by hand, as the account that is to run it',
    )
  );
}

/**
 * The server is the first child of the sandbox's first process. That process is asked for it now: it is still ours,
 * for its parent, bubblewrap, is our child and not yet waited for, so no number has been given away a second time.
 */
function signalInside(child: ChildProcess, initPid: Promise<number | undefined>, signal: NodeJS.Signals): void {
  void initPid.then((pid) => {
    const server = pid === undefined || child.exitCode !== null ? undefined : firstChildOf(pid, child.pid);
    if (server === undefined) child.kill('SIGKILL');
    else sendSignal(server, signal);
  });
}

function firstChildOf(pid: number, parent: number | undefined): number | undefined {
  try {
    // proc_pid_stat(5): the fourth field, after the name in parentheses, is the parent.
    const isOurs = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]) === parent;
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
    return isOurs && first ? Number(first) : undefined;
  } catch {
    return undefined; // gone meanwhile
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has ended, which is what was wanted.
  }
}
