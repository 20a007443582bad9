import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import { isTrusted } from '../confine/judge-bubblewrap.ts';
import type { Spawn } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import type { Finding } from '../finding/finding.ts';
import { feed, openDescriptors, type Opened } from './descriptors.ts';
import type { LaunchFault } from '../confine/launch-fault.ts';
import type { Watch, watchMasks } from './watch-masks.ts';

/** A server that runs, with its three pipes. */
export interface Running {
  /** Of its outermost process: all others are below it. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Of its masks, where it has some. */
  readonly masks: Watch | undefined;
  /** Asks the server itself to end; nothing else of its tree. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the whole tree, at once. */
  kill(): void;
  /** The server's end, when its last output is read: code, or the signal that ended it. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Puts what went wrong into words. */
export interface Diagnosis {
  readonly tellFault: (fault: LaunchFault) => Finding;
}

/** Asked when the sandbox stands, with what was said of it, before the server in it starts. */
export type WhenStanding = (said: string) => Promise<LaunchFault | undefined>;

/**
 * Starts what a plan was made into. Nothing of the server has run when this says no. `built` is the directory of what
 * the build made, `masks` what sees that masks are in place. `whileBuilding` is called with the process that
 * builds the sandbox as soon as that runs.
 */
export async function launch(
  spawned: Spawn,
  built: string,
  diagnosis: () => Promise<Diagnosis>,
  masks: () => { readonly watchMasks: typeof watchMasks },
  whileBuilding?: (bubblewrap: number) => WhenStanding,
): Promise<Decision<Running>> {
  const refuse = async (fault: LaunchFault): Promise<Decision<never>> => deny((await diagnosis()).tellFault(fault));
  const fault = spawned.file === BUBBLEWRAP ? findFault() : undefined;
  if (fault) return refuse(fault);
  const held = openDescriptors(spawned, built);
  if ('kind' in held) return refuse(held);

  let child: ChildProcess;
  try {
    child = start(spawned, held);
  } catch (error) {
    return refuse(notStarted(spawned, error));
  } finally {
    for (const descriptor of held) if (typeof descriptor === 'number') closeSync(descriptor);
  }
  const handshake = feed(child, spawned.descriptors);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  if (!spawned.waits) child.once('exit', () => closeWhenQuiet(child));

  const whenStanding = spawned.waits ? whileBuilding?.(child.pid ?? 0) : undefined;
  const said = await (spawned.waits ? whenReady(spawned, child, handshake) : whenSpawned(spawned, child));
  if (typeof said === 'object') return refuse(said);
  const standing = await whenStanding?.(said);
  const watch = spawned.masks.length > 0 ? masks().watchMasks(spawned.masks, serverIn(child) ?? 0) : undefined;
  if (standing || watch?.allowed === false) child.kill('SIGKILL');
  if (standing) return refuse(standing);
  if (watch?.allowed === false) return watch;
  if (spawned.tended) handshake?.write('\n');
  else handshake?.end('\n');
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a server was started without its pipes');
  return allow({
    pid: child.pid,
    stdin,
    stdout,
    stderr,
    ended,
    masks: watch?.granted,
    signal: spawned.waits ? (signal) => signalInside(child, spawned, signal) : (signal) => void child.kill(signal),
    // Outside a sandbox the tree is the process group, and what has left it is not ours to find.
    kill: spawned.waits ? () => void child.kill(spawned.tended ? 'SIGTERM' : 'SIGKILL') : () => killGroup(child),
  });
}

function findFault(): LaunchFault | undefined {
  const stats = statSync(BUBBLEWRAP, { throwIfNoEntry: false });
  if (!stats) return { kind: 'no-bubblewrap' };
  const { uid, mode } = stats;
  return isTrusted(stats) ? undefined : { kind: 'untrusted-bubblewrap', uid, mode };
}

function start(spawned: Spawn, descriptors: readonly Opened[]): ChildProcess {
  if (!spawned.waits) makeDirectory(spawned);
  return spawn(spawned.file, spawned.args, {
    cwd: spawned.cwd,
    env: spawned.env,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
    shell: false,
    detached: !spawned.waits,
    ...spawned.account,
  });
}

/** Outside a sandbox, the directory of its own is one below our data, kept between launches. */
function makeDirectory({ cwd, account }: Spawn): void {
  if (mkdirSync(cwd, { recursive: true, mode: 0o700 }) !== undefined && account)
    chownSync(cwd, account.uid, account.gid);
}

/** Waits until the sandbox stands, and the server in it waits to be let go: what is said then, or why there is none. */
async function whenReady(
  spawned: Spawn,
  child: ChildProcess,
  handshake: Socket | undefined,
): Promise<LaunchFault | string> {
  let words = '';
  const collect = (chunk: Buffer): void => void (words = (words + chunk.toString()).slice(-MAX_WORDS));
  child.stderr?.on('data', collect);
  const outcome = await new Promise<Buffer | 'ended' | 'silent' | Error>((resolve) => {
    handshake?.once('data', resolve);
    child.once('close', () => resolve('ended'));
    child.once('error', resolve);
    setTimeout(() => resolve('silent'), PATIENCE).unref();
  });
  child.stderr?.pause();
  child.stderr?.off('data', collect);
  if (outcome instanceof Buffer) return outcome.toString();
  child.kill('SIGKILL');
  if (outcome === 'ended') return { kind: spawned.tended ? 'no-landlock' : 'not-built', words };
  if (outcome === 'silent') return { kind: 'silent', seconds: PATIENCE / 1000 };
  return notStarted(spawned, outcome);
}

const MAX_WORDS = 4096;
/** Milliseconds. It takes some 6; a loaded machine may take a hundred times that. */
const PATIENCE = 10_000;

async function whenSpawned(spawned: Spawn, child: ChildProcess): Promise<LaunchFault | string> {
  const error = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', resolve);
  });
  return error ? notStarted(spawned, error) : '';
}

function notStarted({ file, account }: Spawn, error: unknown): LaunchFault {
  return { kind: 'not-started', file, uid: account?.uid, error };
}

function signalInside(child: ChildProcess, { tended }: Spawn, signal: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const server = tended ? firstChildOf(child.pid) : serverIn(child);
  if (server === undefined) child.kill('SIGKILL');
  else sendSignal(server, signal);
}

/**
 * bubblewrap's only child is the sandbox's first process; that one's first child is the server. Both are asked for now,
 * from bubblewrap down: it is our child and not yet waited for, so none of these numbers belongs to anyone else.
 */
function serverIn(child: ChildProcess): number | undefined {
  return firstChildOf(firstChildOf(child.pid));
}

function firstChildOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined; // gone meanwhile
  }
}

/**
 * Outside a sandbox, what a server left behind can hold its pipes for ever. Once the server is gone, a pipe that has
 * given nothing for a while is closed; one that the client is slow to take from is not quiet.
 */
function closeWhenQuiet({ stdout, stderr }: ChildProcess): void {
  let quiet = 0;
  const heard = (): void => void (quiet = 0);
  stdout?.on('data', heard);
  stderr?.on('data', heard);
  const timer = setInterval(() => {
    quiet = stdout?.isPaused() ? 0 : quiet + 1;
    if (quiet < 5) return;
    clearInterval(timer);
    stdout?.destroy();
    stderr?.destroy();
  }, 100);
  stdout?.once('close', () => clearInterval(timer));
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
