import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientEnv, COMMAND, msr, REPOSITORY } from '../kit/command.ts';
import { fixtureServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome } from '../kit/home.ts';
import { markedServer, serverProcess } from '../kit/marked-server.ts';
import { processesWith, stillRunning, treeOf } from '../kit/processes.js';
import { startSession, type Session } from '../kit/session.ts';
import { killAtRandom, startAndStop } from '../kit/survivors.js';
import { within } from '../kit/within.ts';

function start(file: string, ...args: readonly string[]): { session: Session; marker: string } {
  const { home, marker } = markedServer(file, args);
  return { session: startSession(home, ['run', marker]), marker };
}

const FILLING_CLIENT = `${REPOSITORY}/test/kit/filling-client.js`;

const ready = (session: Session) => expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('ready');
/** Of a server that says nothing. */
const serverRuns = (marker: string) => expect.poll(() => serverProcess(marker), { timeout: 10_000 }).toBeDefined();

describe('the exit code is the server’s, and the last line on stderr says so', () => {
  test.each([
    ['exits with 3', '3', 3],
    ['exits with 1, as bubblewrap does when it fails', '1', 1],
    ['exits with 125, as mcp-secure-run does when it fails', '125', 125],
    ['ends by SIGTERM', 'SIGTERM', 143],
    ['ends by SIGKILL', 'SIGKILL', 137],
    ['ends by SIGSEGV', 'SIGSEGV', 139],
  ])('a server that %s', async (_title, how, code) => {
    const { session, marker } = start('ends.mjs', how);
    session.child.stdin.write('\n');
    expect(await session.ended).toEqual({ code, signal: null });
    const said = how === String(code) ? `exited with ${code}` : `was ended by signal ${code - 128}`;
    expect(session.lastWords).toBe(`mcp-secure-run: server \`${marker}\` ${said}; exit code ${code} is the server’s`);
    expect(session.stdout).toBe('');
  });

  test('a server that exits with 0 is not spoken of', async () => {
    const { session, marker } = start('ends.mjs', '0');
    session.child.stdin.write('\n');
    expect(await session.ended).toEqual({ code: 0, signal: null });
    expect(session.stderr).not.toContain(`server \`${marker}\``);
  });

  test('a refusal has a code of ours, and says so', async () => {
    const { exitCode, stderr } = await msr(makeHome(policyOf(fixtureServer('known', 'echo.mjs'))), ['run', 'other']);
    expect(exitCode).toBe(127);
    expect(String(stderr).split('\n').at(-1)).toBe(
      'mcp-secure-run: nothing was started; exit code 127 is mcp-secure-run’s',
    );
  });
});

describe('the end of input', () => {
  test('reaches the server at once, which ends by itself', async () => {
    const { session, marker } = start('ends.mjs', '0');
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 0, signal: null });
    expect(processesWith(marker)).toEqual([]);
  });

  test('gives a server that stays its grace, then the SIGTERM that it can act on', async () => {
    const { session } = start('traps.mjs');
    await ready(session);
    session.child.stdin.end();
    expect(await within(5000, session.ended)).toEqual({ code: 0, signal: null });
    const [, alone] = /trapped SIGTERM after (\d+) ms without input/.exec(session.stderr) ?? [];
    expect(Number(alone)).toBeGreaterThan(1000); // of 1500: a server that wants a second to finish has it
    expect(Number(alone)).toBeLessThan(2000); // the clients’ own SIGTERM comes after 2 s
  });

  test('ends a server that ignores both, and its child in another session, before the client gives up', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    expect(processesWith(marker).length).toBeGreaterThan(3); // launcher, sandbox, server and child
    session.child.stdin.end();
    expect(await within(3000, session.ended)).toEqual({ code: 137, signal: null });
    expect(processesWith(marker)).toEqual([]);
    expect(session.lastWords).toContain('did not end when it was asked to, and was killed');
  });
});

describe('a signal to the launcher', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the server as it is', async (signal) => {
    const { session } = start('traps.mjs');
    await ready(session);
    session.child.kill(signal);
    expect(await within(5000, session.ended)).toEqual({ code: 0, signal: null });
    expect(session.stderr).toContain(`trapped ${signal}`);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends a server that does not handle it', async (signal) => {
    const { session, marker } = start('deaf.mjs');
    await serverRuns(marker);
    session.child.kill(signal);
    // A launcher that has not begun to relay dies of the signal itself, and the sandbox with it: to a shell it is the same.
    const ended = await within(5000, session.ended);
    expect(ended.code ?? 128 + constants.signals[ended.signal ?? 'SIGKILL']).toBe(128 + constants.signals[signal]);
    await expect.poll(() => processesWith(marker), { timeout: 2000 }).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends a server that ignores it, and its child in another session, within 1.5 s',
    async (signal) => {
      const { session, marker } = start('stubborn.mjs');
      await ready(session);
      session.child.kill(signal);
      await within(1500, session.ended);
      expect(processesWith(marker)).toEqual([]);
    },
  );

  test('a second one does not start the patience anew', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    const again = setInterval(() => session.child.kill('SIGTERM'), 300);
    await within(1500, session.ended).finally(() => clearInterval(again));
    expect(processesWith(marker)).toEqual([]);
  });

  test('SIGTERM while the sandbox is being built leaves nothing', async () => {
    for (let moment = 0; moment < 200; moment += 20) {
      const { session, marker } = start('stubborn.mjs');
      await new Promise((done) => setTimeout(done, moment));
      session.child.kill('SIGTERM');
      await within(3000, session.ended);
      await expect.poll(() => processesWith(marker), { timeout: 2000 }).toEqual([]);
    }
  });
});

describe('the client is gone', () => {
  test('without a word: its pipes close, and everything ends', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    session.child.stdin.destroy();
    session.child.stdout.destroy();
    session.child.stderr.destroy();
    await expect.poll(() => processesWith(marker), { timeout: 3000 }).toEqual([]);
  });

  test('by SIGKILL, while the server reads nothing and the pipe to it is full', async () => {
    const { home, marker } = markedServer('deaf.mjs');
    const words = [FILLING_CLIENT, process.execPath, COMMAND, 'run', marker];
    const client = spawn(process.execPath, words, {
      env: clientEnv(home),
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => processesWith(marker).forEach(({ pid }) => process.kill(pid, 'SIGKILL')));
    expect(String((await once(client.stdout, 'data'))[0])).toBe('full\n');
    client.kill('SIGKILL');
    await expect.poll(() => processesWith(marker), { timeout: 5000 }).toEqual([]);
  });

  test.each([
    ['with an end of input', (session: Session) => void session.child.stdin.end()],
    ['with all its pipes', (session: Session) => session.child.stdio.forEach((stream) => stream?.destroy())],
  ])('%s, at any moment of the start', async (_how, leave) => {
    for (let moment = 0; moment < 200; moment += 20) {
      const { session, marker } = start('echo.mjs');
      await new Promise((done) => setTimeout(done, moment));
      leave(session);
      await within(5000, session.ended);
      expect(processesWith(marker), `after ${moment} ms`).toEqual([]);
    }
  });
});

/** What left the process group is not the launcher's to end, so it is ended here. */
function startUnconfined(file: string, ...args: readonly string[]): { session: Session; marker: string } {
  const { home, marker } = markedServer(file, args, { unsafe: ['unlocked', 'no-sandbox'] });
  onTestFinished(() => processesWith(marker).forEach(({ pid }) => process.kill(pid, 'SIGKILL')));
  return { session: startSession(home, ['run', marker]), marker };
}

describe('a server without a sandbox', () => {
  test.each([
    ['exits with 3', '3', 3],
    ['ends by SIGKILL', 'SIGKILL', 137],
  ])('that %s gives its code', async (_title, how, code) => {
    const { session } = startUnconfined('ends.mjs', how);
    session.child.stdin.write('\n');
    expect(await session.ended).toEqual({ code, signal: null });
  });

  test('that stays at the end of input gets SIGTERM', async () => {
    const { session } = startUnconfined('traps.mjs');
    await ready(session);
    session.child.stdin.end();
    expect(await within(5000, session.ended)).toEqual({ code: 0, signal: null });
    expect(session.stderr).toContain('trapped SIGTERM');
  });

  test('that ignores everything is killed, though what left its group still holds the pipes', async () => {
    const { session, marker } = startUnconfined('stubborn.mjs');
    await ready(session);
    session.child.kill('SIGTERM');
    expect(await within(3000, session.ended)).toEqual({ code: 137, signal: null });
    expect(processesWith(marker).filter(({ argv }) => !argv.endsWith(' child'))).toEqual([]);
  });
});

describe('nothing outlives the launcher', () => {
  test('30 launchers killed at random moments leave no process', { timeout: 120_000 }, async () => {
    const { kills, beforeReady, survivors } = await killAtRandom(30);
    expect({ kills, survivors }).toEqual({ kills: 30, survivors: [] });
    expect(beforeReady).toBeGreaterThanOrEqual(10);
    expect(beforeReady).toBeLessThan(30);
  });

  test('a server killed from outside ends the launcher, with the child that it had', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    const tree = treeOf(session.pid);
    process.kill(serverProcess(marker)?.pid ?? NaN, 'SIGKILL');
    expect(await within(5000, session.ended)).toEqual({ code: 137, signal: null });
    // The kernel ends what is left of the namespace on its own; on a machine with much to do it may be a moment later.
    await expect.poll(() => stillRunning(tree), { timeout: 2000 }).toEqual([]);
  });

  test('20 starts and stops leave no process, and no file but the compiled policy', { timeout: 120_000 }, async () => {
    const { codes, survivors, temporary, state, cwd } = await startAndStop(20);
    expect(codes).toEqual(Array.from({ length: 20 }, () => 0));
    expect({ survivors, temporary, cwd }).toEqual({ survivors: [], temporary: [], cwd: [] });
    expect(state).toEqual([expect.stringMatching(/^compiled\/[0-9a-f]{16}\.json$/)]);
  });
});
