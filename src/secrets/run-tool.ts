import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { isRefusedBySystem } from '../host/system-error.ts';
import { MOST_BYTES } from './asked.ts';

export interface Run {
  readonly file: string;
  /** What the program is called by: some find out by it what they are to do. */
  readonly called: string;
  /** Anyone on the machine can read them. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Ran {
  readonly how: 'ended' | 'timeout' | 'too-long' | 'not-started';
  readonly code: number | null;
  readonly output: Buffer;
  /** The beginning of what it said to stderr, or the system’s reason why it did not start. */
  readonly errors: string;
}

/**
 * Runs a program to its end, in a session of its own: it has no terminal to ask at. Whatever it started and left in
 * its process group ends with it, also when it ends well; what left the group cannot keep us by holding its pipes.
 */
export async function runTool(run: Run): Promise<Ran> {
  try {
    return await follow(start(run), run);
  } catch (error) {
    // Too long for the kernel: of the reasons why a program does not start, spawn() throws some and tells others.
    if (!isRefusedBySystem(error)) throw error;
    return { how: 'not-started', code: null, output: Buffer.alloc(0), errors: error.message };
  }
}

function start({ file, called, args, env, input }: Run): ChildProcess {
  return spawn(file, args, {
    argv0: called,
    env,
    cwd: '/',
    shell: false,
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
}

async function follow(child: ChildProcess, { input, patience, signal }: Run): Promise<Ran> {
  return new Promise((resolve) => {
    let how: Ran['how'] = 'ended';
    const end = (why: Ran['how']): void => {
      how = why;
      endGroup(child.pid);
    };
    const abort = (): void => end('timeout');
    const timer = setTimeout(abort, patience);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const output = collect(child.stdout, MOST_BYTES + 1, () => end('too-long'));
    const errors = collect(child.stderr, MOST_ERRORS, () => {});
    child.stdin?.on('error', () => {}).end(input); // it may end before it has read all: its code says why
    let closing: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      endGroup(child.pid);
      closing = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, GRACE);
    });
    const done = (ran: Pick<Ran, 'how' | 'code' | 'errors'>): void => {
      clearTimeout(timer);
      clearTimeout(closing);
      signal?.removeEventListener('abort', abort);
      resolve({ output: Buffer.concat(output), ...ran });
    };
    child.once('error', ({ message }) => done({ how: 'not-started', code: null, errors: message }));
    child.once('close', (code) => done({ how, code, errors: wholeLines(Buffer.concat(errors)) }));
  });
}

/** What its pipe still holds when it is gone is read in less; more is somebody else’s who holds it. Milliseconds. */
const GRACE = 500;
const MOST_ERRORS = 8 * 1024;

/** Without the line that the limit cut: half a secret would not be known for one. */
function wholeLines(bytes: Buffer): string {
  return (bytes.length < MOST_ERRORS ? bytes : bytes.subarray(0, bytes.lastIndexOf('\n') + 1)).toString();
}

/** What is over the limit is not kept, and not waited for either: it is told once. */
function collect(stream: Readable | null, most: number, onFull: () => void): readonly Buffer[] {
  const kept: Buffer[] = [];
  let room = most;
  stream?.on('data', (chunk: Buffer) => {
    if (room === 0) return;
    kept.push(chunk.subarray(0, room));
    room -= Math.min(room, chunk.length);
    if (room === 0) onFull();
  });
  stream?.on('error', () => {}); // what was read stands
  return kept;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already, with all that it started
  }
}
