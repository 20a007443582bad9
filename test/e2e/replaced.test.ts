import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientEnv, COMMAND, REPOSITORY } from '../kit/command.ts';
import { fixtureServer, NPM_SERVERS, npmServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome } from '../kit/home.ts';
import { markedServer } from '../kit/marked-server.ts';
import { processesWith, stillRunning, treeOf } from '../kit/processes.js';
import { CLIENTS, throughUs } from '../kit/sdk-client.ts';
import { startSession, type Session } from '../kit/session.ts';
import { killAtRandom } from '../kit/survivors.js';
import { within } from '../kit/within.ts';

// `process.execve` came with Node.js 22.15: before it, every launcher stays, and all other tests are of those.
const isReplaceable = 'execve' in process;

const UNSAFE = ['unlocked', 'no-guard'];
const HELPER = `${REPOSITORY}/dist/helper-${process.arch}`;
const STAY = { MCP_SECURE_RUN_STAY: '1' };

const exeOf = (pid: number): string => readlinkSync(`/proc/${pid}/exe`);
const pssOf = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
const start = (file: string, args: readonly string[] = [], more: Record<string, unknown> = {}) => {
  const { home, marker } = markedServer(file, args, { unsafe: UNSAFE, ...more });
  return { session: startSession(home, ['run', marker]), marker };
};
const ready = (session: Session) => expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('ready');

describe.runIf(isReplaceable)('a launcher with nothing to read', () => {
  test.each(['the first SDK', 'the second SDK'] as const)('is gone: %s speaks with the server', async (name) => {
    const home = makeHome(policyOf(npmServer('every', NPM_SERVERS.everything, ['stdio'], { unsafe: UNSAFE })));
    const client = CLIENTS[name](throughUs(home, 'every'));
    await client.connect();
    expect((await client.listTools()).length).toBeGreaterThan(3);
    expect(await client.call('echo', { message: 'héllo' })).toBe('Echo: héllo');
    expect(exeOf(client.pid)).toBe(HELPER);
    expect(pssOf(client.pid)).toBeLessThanOrEqual(1024);
    const tree = treeOf(client.pid);
    expect(tree.length).toBeGreaterThan(3);
    await client.close();
    await expect.poll(() => stillRunning(tree), { timeout: 2000 }).toEqual([]);
  });

  test('leaves the server all that it would have had, and no more', async () => {
    const entry = { command: '/bin/sh', args: [`${REPOSITORY}/fixtures/servers/tells.sh`], pass: ['GIVEN'] };
    const values = { env: { VALUE: 'a\x01b\nü' }, unsafe: UNSAFE };
    const home = makeHome(policyOf(`  one: ${JSON.stringify({ ...entry, ...values })}\n`));
    const given = { GIVEN: 'x'.repeat(20_000), MCP_SECURE_RUN_TEND: 'the client’s' };
    const [replaced, stayed] = [
      startSession(home, ['run', 'one'], given),
      startSession(home, ['run', 'one'], { ...given, ...STAY }),
    ];
    expect(await replaced.ended).toEqual({ code: 0, signal: null });
    expect(await stayed.ended).toEqual({ code: 0, signal: null });
    expect(replaced.stdout).toContain('VALUE=a\x01b\nü');
    expect(replaced.stdout).toBe(stayed.stdout);
    expect(replaced.stderr).toBe(stayed.stderr);
    expect(replaced.stderr).toContain('the reading of messages (`no-guard`)');
  });

  test('hands values over where nobody else reads them, and keeps none', async () => {
    const { session, marker } = start('chatty.mjs', [], { env: { VALUE: 'canary-of-the-policy' } });
    await expect.poll(() => processesWith(marker).length, { timeout: 10_000 }).toBeGreaterThan(3);
    await expect.poll(() => exeOf(session.pid)).toBe(HELPER);
    await expect.poll(() => readFileSync(`/proc/${session.pid}/environ`, 'latin1')).not.toContain('canary');
    expect(treeOf(session.pid).filter(({ argv }) => argv.includes('canary'))).toEqual([]);
  });

  test.each([
    ['125', 125],
    ['0', 0],
    ['SIGKILL', 137],
  ])('ends with the server’s code: %s', async (how, code) => {
    const { session, marker } = start('ends.mjs', [how]);
    session.child.stdin.write('\n');
    expect(await session.ended).toEqual({ code, signal: null });
    const said = how === String(code) ? `exited with ${code}` : `was ended by signal ${code - 128}`;
    if (code === 0) expect(session.stderr).not.toContain('exit code');
    else
      expect(session.lastWords).toBe(`mcp-secure-run: server \`${marker}\` ${said}; exit code ${code} is the server’s`);
  });

  test('gives a server that stays at the end of input its grace, then SIGTERM', async () => {
    const { session } = start('traps.mjs');
    await ready(session);
    expect(exeOf(session.pid)).toBe(HELPER);
    session.child.stdin.end();
    expect(await within(5000, session.ended)).toEqual({ code: 0, signal: null });
    const [, alone] = /trapped SIGTERM after (\d+) ms without input/.exec(session.stderr) ?? [];
    expect(Number(alone)).toBeGreaterThan(1000);
  });

  test('ends a server that ignores that too, with all that it started', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    session.child.stdin.end();
    expect(await within(3000, session.ended)).toEqual({ code: 137, signal: null });
    expect(session.lastWords).toContain('did not end when it was asked to, and was killed');
    await expect.poll(() => processesWith(marker), { timeout: 1000 }).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('hands %s on to the server', async (signal) => {
    const { session } = start('traps.mjs');
    await ready(session);
    session.child.kill(signal);
    expect(await within(5000, session.ended)).toEqual({ code: 0, signal: null });
    expect(session.stderr).toContain(`trapped ${signal}`);
  });

  test('ends a server that ignores signals, and what it started, within 1.5 s', async () => {
    const { session, marker } = start('stubborn.mjs');
    await ready(session);
    const again = setInterval(() => session.child.kill('SIGTERM'), 300);
    session.child.kill('SIGTERM');
    await within(1500, session.ended).finally(() => clearInterval(again));
    expect(processesWith(marker)).toEqual([]);
  });

  test('and is killed at any moment leaves nothing', async () => {
    const { kills, beforeReady, survivors } = await killAtRandom(6, UNSAFE);
    expect([kills, survivors]).toEqual([6, []]);
    expect(beforeReady).toBeGreaterThan(1);
  }, 60_000);

  test('whose client is killed at any moment leaves nothing', async () => {
    const { home, marker } = markedServer('stubborn.mjs', [], { unsafe: UNSAFE, limits: { shutdown: '100ms' } });
    const script = `require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'pipe' })`;
    const words = [COMMAND, 'run', marker];
    const env = clientEnv(home);
    const began = performance.now();
    const first = spawn(process.execPath, words, { env });
    await once(first.stdout, 'data');
    const readyAfter = performance.now() - began;
    first.kill('SIGKILL');
    const started: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      // As many at once take longer: a third of these moments are before anything speaks, and more before all do.
      const kills = Array.from({ length: 6 }, async (_one, index) => {
        // Of a client that is gone, a launcher sees the ends of its pipes; one of each round is a process of its own.
        const one =
          index === 0 ? spawn(process.execPath, ['-e', script, process.execPath, ...words], { env }) : undefined;
        const { stdio } = one ?? spawn(process.execPath, words, { env });
        await pass(Math.random() * readyAfter * (1 + index / 2));
        started.push(processesWith(marker).length);
        one?.kill('SIGKILL');
        for (const end of stdio) end?.destroy();
      });
      await Promise.all(kills);
    }
    expect(started.length).toBe(18);
    expect(Math.min(...started)).toBeGreaterThan(0);
    await expect.poll(() => processesWith(marker), { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  test('stays where what it saw is gone at the last moment, and answers', async () => {
    const session = startGone();
    session.send({ jsonrpc: '2.0', id: 7, method: 'initialize' });
    expect(await within(20_000, session.ended)).toMatchObject({ code: 126, signal: null });
    expect(session.messages).toMatchObject([{ id: 7, error: { data: { ident: 'grant-missing' } } }]);
  });

  test('stays where it has something to do, or where the client’s end is a file', async () => {
    const limited = start('traps.mjs', [], { limits: { idle: '1h' } }).session;
    await ready(limited);
    expect(exeOf(limited.pid)).toBe(process.execPath);
    const { home, marker } = markedServer('traps.mjs', [], { unsafe: UNSAFE });
    const log = home.write('log', '');
    const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>"$0"', log, process.execPath, COMMAND, 'run', marker], {
      env: clientEnv(home),
      stdio: 'pipe',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect(exeOf(child.pid ?? 0)).toBe(process.execPath);
  });
});

/** Starts a server whose grant is removed between the launcher's look and the helper's. */
function startGone(): Session {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'msr-gone-')));
  chmodSync(path, 0o755); // started as root, for the server's account
  const id = `m-${randomUUID()}`;
  const home = makeHome(policyOf(fixtureServer(id, 'echo.mjs', { files: { read: [path] }, unsafe: UNSAFE })));
  const hook = [
    'const { execve } = process;',
    `process.execve = (...what) => { require('node:fs').rmdirSync(${JSON.stringify(path)}); execve.apply(process, what); };`,
  ];
  return startSession(home, ['run', id], { NODE_OPTIONS: `--require ${home.write('hook.cjs', hook.join('\n'))}` });
}
