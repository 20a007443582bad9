import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serverAccount } from '../kit/account.ts';
import { expectGot, expectHeld, stage, type Attack, type Staged } from '../kit/attack.ts';
import { msr, startMsr } from '../kit/command.ts';
import { processesWith, treeOf } from '../kit/processes.js';
import { Session } from '../kit/session.ts';

/** A value that is nowhere else on this machine, so that wherever it turns up it came from here. */
const newSecret = (): string => `canary-${randomUUID()}`;
const halves = (text: string): string[] => [text.slice(0, 12), text.slice(12)];

describe('a server that looks for what the client has in its environment', () => {
  // Without a sandbox, too, the environment is built from nothing; so it is compared with a start without a launcher.
  const secret = newSecret();
  const arrange = (): Attack => ({
    script: 'find-text.mjs',
    args: halves(secret),
    env: { AWS_SECRET_ACCESS_KEY: secret },
  });

  test('finds it where nobody wraps it, or this test proves nothing', async () => {
    expectGot(await stage(arrange).plainly());
  });

  test('finds it inside nowhere: not in its own, not in that of any process', async () => {
    expectHeld(await stage(arrange).inside(), /^in none of \d+ places$/);
  });

  test('finds it in a sandbox that is made by hand, in what bubblewrap itself was started with', async () => {
    const { said } = await stage(arrange).inBareSandbox(['--clearenv']);
    expect(said).toBe('GOT /proc/1/environ');
  });

  test('does not have it in its own without a sandbox', async () => {
    const { said } = await stage(arrange).outside();
    expect(said).not.toMatch(/self|process\.env/); // the launcher’s own is that of another process
  });
});

describe('no secret outside the server', () => {
  const passed = newSecret();
  const literal = newSecret();
  const asked = { pass: ['PASSED'], env: { LITERAL: literal } };
  const env = { PASSED: passed };
  const staying = (): Attack => ({ script: 'stay.mjs', asked, env });

  test.each([
    ['passed on from the client', passed],
    ['written in the policy', literal],
  ])('a value %s reaches the server, or these tests prove nothing', async (_title, value) => {
    const attack: Attack = { script: 'find-text.mjs', args: halves(value), asked, env };
    const { said } = await stage(() => attack).inside();
    expect(said).toContain('process.env');
  });

  test.each([
    ['passed on from the client', passed],
    ['written in the policy', literal],
  ])(
    'a value %s is on no command line of the machine, and in no environment but the server’s',
    async (_title, value) => {
      const session = await start(stage(staying));
      expect(processesWith(value)).toEqual([]);

      const holders = treeOf(session.pid).filter(
        ({ pid }) => pid !== session.pid && environmentOf(pid).includes(value),
      );
      expect(holders.map(({ argv }) => argv)).toEqual([expect.stringMatching(/stay\.mjs$/)]);
      session.child.stdin.end();
    },
  );

  test('a value on a command line would be seen: bubblewrap by hand has it there', async () => {
    const child = spawn(
      '/usr/bin/bwrap',
      ['--ro-bind', '/', '/', '--setenv', 'LITERAL', literal, '/bin/sh', '-c', 'echo; read -r _'],
      serverAccount,
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect(processesWith(literal).length).toBeGreaterThan(0);
  });

  test.each([
    ['passed on from the client', passed],
    ['written in the policy', literal],
  ])('a value %s is not where another process of the sandbox can see it: /proc/1', async (_title, value) => {
    const attack: Attack = { script: 'find-text.mjs', args: halves(value), asked, env };
    const { said } = await stage(() => attack).inside();
    expect(said).not.toMatch(/\/proc\/1\/|cmdline/);
  });

  test('a value passed on is in no file of ours, and in nothing that we say of a start', async () => {
    const staged = stage(staying);
    const session = await start(staged, '--verbose');
    session.child.stdin.end();
    await session.ended;
    const { directory } = staged.arena.home;
    expect(session.stdout + session.stderr).not.toContain(passed);
    expect(session.stderr).toContain('plan sha256:');
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
    expect(texts.some((text) => text.includes(literal))).toBe(true); // the policy, and what was compiled from it
    expect(texts.some((text) => text.includes(passed))).toBe(false);
  });

  test.each([
    ['explain', ['explain', 'inside']],
    ['explain --json', ['explain', '--json', 'inside']],
  ])('a value passed on is not in what `%s` prints', async (_title, args) => {
    const { stdout, stderr, exitCode } = await msr(stage(staying).arena.home, args, { env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('PASSED');
    expect(`${String(stdout)}${String(stderr)}`).not.toContain(passed);
  });

  test.each([
    ['is a shell function', (value: string) => `() { ${value}`],
    ['is too long', (value: string) => value.repeat(3035)],
  ])('a value passed on that %s is refused without being told', async (_title, make) => {
    const { home } = stage(staying).arena;
    const request = { jsonrpc: '2.0', id: 1, method: 'initialize' };
    const { stdout, stderr, exitCode } = await msr(home, ['run', 'inside'], {
      env: { PASSED: make(passed) },
      input: `${JSON.stringify(request)}\n`,
    });
    expect(exitCode).toBe(126);
    expect(stderr).toContain('error[env-value]');
    expect(`${String(stdout)}${String(stderr)}`).not.toContain(passed);
  });

  test('a value passed on is in no answer when the server dies with a request pending', async () => {
    const dying: Attack = { script: 'read.mjs', args: ['/nowhere', ''], asked, env };
    const session = new Session(startMsr(stage(() => dying).arena.home, ['run', 'inside'], env));
    session.send({ jsonrpc: '2.0', id: 1, method: 'initialize' });
    await expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('server-ended');
    session.child.stdin.end();
    await session.ended;
    expect(session.stdout + session.stderr).not.toContain(passed);
  });

  async function start(staged: Staged, ...options: readonly string[]): Promise<Session> {
    const session = new Session(startMsr(staged.arena.home, ['run', ...options, 'inside'], env));
    await expect.poll(() => session.stdout, { timeout: 10_000 }).toBe('ready\n');
    return session;
  }
});

describe('the environment of a server', () => {
  const HOSTILE = {
    NODE_OPTIONS: '--title=hostile',
    NODE_EXTRA_CA_CERTS: '/nowhere',
    LD_LIBRARY_PATH: '/nowhere',
    PYTHONPATH: '/nowhere',
    BASH_ENV: '/nowhere',
    GIT_SSH_COMMAND: 'false',
    npm_config_registry: 'http://127.0.0.1:1',
    HTTPS_PROXY: 'http://127.0.0.1:1',
    SSH_AUTH_SOCK: '/nowhere',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    XDG_RUNTIME_DIR: '/nowhere',
    DISPLAY: ':0',
  };

  const arrange = (): Attack => ({ script: 'print-environment.mjs', env: HOSTILE });
  const hostile = (said: string) => Object.keys(JSON.parse(said)).filter((name) => name in HOSTILE);

  test('is what the client can set where nobody wraps it, or this test proves nothing', async () => {
    const { said } = await stage(arrange).plainly();
    expect(hostile(said)).toHaveLength(Object.keys(HOSTILE).length);
  });

  test.each(['inside', 'outside'] as const)('has nothing of it under the launcher (%s)', async (way) => {
    const { said } = await stage(arrange)[way]();
    expect(hostile(said)).toEqual([]);
  });
});

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // ended meanwhile
  }
}
