import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { done, refused, type Outcome } from '../attack/attempt.ts';
import type { Order, Said } from '../attack/start.ts';
import type { Finding } from '../finding/finding.ts';
import { readText } from '../host/read-text.ts';
import type { Cleanup } from './cleanup.ts';

export interface Ran {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What was refused, by the server that was to be started. */
  readonly refusals: ReadonlyMap<string, readonly Finding[]>;
  /** How a start ended that had not said all. */
  readonly ended: readonly string[];
  /** Whether the last start outlived its launcher. */
  readonly outlived: Outcome | undefined;
}

/**
 * Gives a launcher an order, hears it to the end, and kills it where the last start says that it stays. `open` is what
 * the launcher finds open, as {@link OPEN}; `marker` stands on the command line of whatever it starts, and nowhere else.
 */
export async function carryOut(
  order: Order,
  launcher: string,
  environment: NodeJS.ProcessEnv,
  open: number,
  marker: string,
  cleanup: Cleanup,
): Promise<Ran> {
  const between = Array.from({ length: OPEN - 3 }, () => 'ignore' as const);
  const child = spawn(process.execPath, [launcher], {
    cwd: '/',
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit', ...between, open],
  });
  cleanup.add(() => killAll(marker));
  cleanup.add(() => child.kill('SIGKILL'));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.stdin?.on('error', () => {}); // it is gone: what it did not say is missed
  child.stdin?.write(`${JSON.stringify(order)}\n`);
  if (!child.stdout) throw new Error('a launcher was started without its pipes');

  const outcomes = new Map<string, Outcome>();
  const refusals = new Map<string, readonly Finding[]>();
  const ended: string[] = [];
  let stays = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const said: Said = JSON.parse(line);
    if ('outcome' in said) outcomes.set(said.id, said.outcome);
    else if ('refused' in said) refusals.set(said.server, said.refused);
    else if ('ended' in said) ended.push(said.ended);
    else stays = true;
    if (stays || isLast(said, order)) break;
  }
  child.kill('SIGKILL');
  await gone;
  clearTimeout(timer);
  const outlived = stays ? await watch(marker, GRACE[order.how]) : undefined;
  killAll(marker);
  return { outcomes, refusals, ended, outlived };
}

/** A descriptor as a client may leave it open. */
export const OPEN = 7;

/** Milliseconds. */
const PATIENCE = 25_000;

/** Whether nothing more will come after this. */
function isLast(said: Said, order: Order): boolean {
  if (!('server' in said)) return false;
  return order.how === 'outside' || said.server === order.starts.at(-1)?.server;
}

/** What becomes of a start whose launcher was killed. */
async function watch(marker: string, grace: number): Promise<Outcome> {
  const until = performance.now() + grace;
  while (performance.now() < until) {
    if (pidsOf(marker).length === 0) return refused('no process was left');
    await pause(20);
  }
  return done('it goes on');
}

/** Milliseconds. The kernel ends a sandbox in some ten, and a loaded machine takes longer; outside nothing ends it. */
const GRACE = { outside: 300, inside: 3000 };

function killAll(marker: string): void {
  for (const pid of pidsOf(marker)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, which is what was wanted.
    }
  }
}

/** proc_pid_cmdline(5); empty for what has ended and only waits to be noticed. */
function pidsOf(marker: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readText(`/proc/${pid}/cmdline`).includes(marker))
    .map(Number);
}
