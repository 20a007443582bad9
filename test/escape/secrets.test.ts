import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setInKeyring } from '../../src/secrets/keyring.ts';
import { makeArena, type Arena } from '../kit/arena.ts';
import { clientEnv, COMMAND, msr, REPOSITORY } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';
import { ask } from '../kit/obedient.ts';
import { treeOf } from '../kit/processes.js';
import { SecretService } from '../kit/secret-service.ts';
import { SecretHome } from '../kit/secrets.ts';
import { startSession, type Session } from '../kit/session.ts';

const keyringHome = new SecretHome();
const service = new SecretService(keyringHome.path);
beforeAll(async () => {
  await service.startBus();
  await service.startService();
});
afterAll(() => service.stop());

/** One of its own for each way a secret can come, with what JSON and URLs write otherwise. */
const CANARIES = Object.fromEntries(
  ['CLIENT', 'FILE', 'DOTENV', 'CMD', 'KEYRING', 'OP', 'MOUNTED'].map((name) => [
    name,
    `canary-${name}-${randomBytes(9).toString('hex')}/&"`,
  ]),
);
const canary = (name: string): string => CANARIES[name] ?? '';
const ENV = { CLIENTS: canary('CLIENT'), DBUS_SESSION_BUS_ADDRESS: service.address };

interface Place extends Arena {
  readonly kept: string;
}

/** A server that does as it is told and has a secret from everywhere; `more` is of its entry. */
async function place(more: Record<string, unknown> = {}): Promise<Place> {
  const arena = makeArena();
  arena.make('server');
  const script = arena.at('server/obedient.mjs');
  copyFileSync(`${REPOSITORY}/fixtures/servers/obedient.mjs`, script);
  const put = (name: string, text: string, mode: number): string => {
    const path = arena.at(`kept/${name}`);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  };
  const file = put('file', `${canary('FILE')}\n`, 0o600);
  const mounted = put('mounted', canary('MOUNTED'), 0o600);
  const dotenv = put('.env', `TOKEN='${canary('DOTENV')}'\n`, 0o600);
  const cmd = put('cmd', `#!/bin/sh\necho '${canary('CMD')}'\n`, 0o700);
  put('bin/op', `#!/bin/sh\necho '${canary('OP')}'\n`, 0o700);
  await setInKeyring({ service: 'crm' }, canary('KEYRING'), keyringHome.around(ENV));
  const secrets = {
    CLIENT: 'env:CLIENTS',
    FILE: `file:${file}`,
    DOTENV: `dotenv:${dotenv}#TOKEN`,
    CMD: { cmd: [cmd] },
    KEYRING: 'keyring:crm',
    OP: 'op://v/i/f',
    MOUNTED: { from: `file:${mounted}`, as: 'file' },
    ABSENT: { from: 'env:NOBODY_SETS_IT', optional: true },
  };
  const crm = { command: 'node', args: [script], unsafe: ['unlocked'], secrets, ...more };
  const programPath = [arena.at('kept/bin'), ...PROGRAM_PATH];
  writeFileSync(arena.home.policy, JSON.stringify({ version: 1, programPath, servers: { crm } }));
  return { ...arena, kept: arena.at('kept') };
}

/** Every canary, in the forms in which it could have slipped out. */
const FORMS = Object.values(CANARIES).flatMap((value) => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  Buffer.from(value).toString('base64').replace(/=+$/, ''),
  Buffer.from(value).toString('base64url'),
  Buffer.from(value).toString('hex'),
]);
const holdsOne = (text: string): boolean => FORMS.some((form) => text.includes(form));

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // no file, gone, or another account’s
  }
}

/** The processes that have one in their arguments or their environment. */
function holders(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      ['cmdline', 'environ']
        .filter((what) => holdsOne(contentOf(`/proc/${pid}/${what}`)))
        .map((what) => `${pid} ${what}`),
    );
}

/** The files below these directories that have one. */
function filesWithOne(...directories: readonly string[]): string[] {
  return directories.flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .filter((path) => !path.includes('/kept/') && !path.startsWith(keyringHome.path))
      .filter((path) => holdsOne(contentOf(path))),
  );
}

/** The process of the server itself. */
function serverOf(session: Session): number {
  const tree = treeOf(session.pid);
  const server = tree.find(({ argv }) => /^\S*node \S+\/obedient\.mjs$/.test(argv));
  if (!server) throw new Error(`no server among ${JSON.stringify(tree)}`);
  return server.pid;
}

describe('a server gets its secrets', () => {
  test('as variables, and as a file in memory that nobody may write', async () => {
    const { home } = await place();
    const session = startSession(home, ['run', 'crm'], ENV);
    for (const name of ['CLIENT', 'FILE', 'DOTENV', 'CMD', 'KEYRING', 'OP'])
      expect(await ask(session, `printf %s "$${name}"`), name).toBe(canary(name));
    expect(await ask(session, 'echo "$MOUNTED"; cat "$MOUNTED"')).toBe(`/run/secrets/MOUNTED\n${canary('MOUNTED')}`);
    expect(await ask(session, 'stat -c %a "$MOUNTED"; stat -f -c %T "$MOUNTED"')).toBe('400\ntmpfs');
    const tries = ['chmod 600 "$MOUNTED"', 'echo x > "$MOUNTED"', 'rm "$MOUNTED"'];
    for (const one of tries) expect(await ask(session, one)).toContain('Read-only file system');
    expect(await ask(session, 'echo "${ABSENT-left out}"')).toBe('left out');
  });

  test('as variables without a sandbox', async () => {
    const { home } = await place({ unsafe: ['unlocked', 'no-sandbox'], secrets: { CLIENT: 'env:CLIENTS' } });
    const session = startSession(home, ['run', 'crm'], ENV);
    expect(await ask(session, 'printf %s "$CLIENT"')).toBe(canary('CLIENT'));
  });
});

describe('while it runs', () => {
  test('a value is in no argument, no environment but its own, and no file', async () => {
    const { home, directory } = await place();
    const session = startSession(home, ['run', 'crm', '--verbose'], ENV);
    expect(await ask(session, 'cat /proc/[0-9]*/cmdline | tr "\\0" "\\n" | grep -c canar[y]-')).toBe('0');
    const server = serverOf(session);
    // The client gave it to the launcher, and nothing else did.
    expect(holders().toSorted()).toEqual([`${session.pid} environ`, `${server} environ`].toSorted());
    expect(contentOf(`/proc/${session.pid}/environ`)).toContain(canary('CLIENT'));
    for (const name of Object.keys(CANARIES).filter((one) => one !== 'CLIENT'))
      expect(contentOf(`/proc/${session.pid}/environ`), name).not.toContain(canary(name));
    expect(filesWithOne(directory, '/dev/shm')).toEqual([]);
    // core(5): none of its memory, whatever becomes of a core on this machine.
    expect(contentOf(`/proc/${session.pid}/coredump_filter`).trim()).toBe('00000000');
    expect(session.stderr).toContain('plan sha256:');
    expect(holdsOne(session.stderr)).toBe(false);

    writeFileSync(join(directory, 'leak'), canary('FILE'));
    expect(filesWithOne(directory)).toEqual([join(directory, 'leak')]); // or the search finds nothing
  });

  test('two servers have their own alone', async () => {
    const [one, other] = [await place(), await place({ secrets: { ONLY: 'env:OTHERS' } })];
    const first = startSession(one.home, ['run', 'crm'], ENV);
    const second = startSession(other.home, ['run', 'crm'], { ...ENV, OTHERS: 'another-value-4711' });
    expect(await ask(second, 'env | grep -c canar[y]-; printf %s "$ONLY"')).toBe('0\nanother-value-4711');
    expect(await ask(first, 'env | grep -c 4711')).toBe('0');
    expect(await ask(second, 'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep -c canar[y]-')).toBe('0');
  });
});

/** Runs a script of JavaScript for each request, which says things to stderr. */
const SAYS = `
import { createInterface } from 'node:readline';
const say = (text) => process.stderr.write(text);
const soon = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const b64 = (text, form) => Buffer.from(text).toString(form);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, params } = JSON.parse(line);
  const script = new Function('token', 'say', 'soon', 'b64', 'return (async () => {' + params.script + '})()');
  await script(process.env.TOKEN, say, soon, b64);
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: 'said' }));
}
`;

describe('what the server says to stderr', () => {
  test('is masked in whatever form, split or at the end; what is no secret passes', async () => {
    const { home, plant } = await place({ secrets: { TOKEN: 'env:CLIENTS' } });
    plant('server/obedient.mjs', SAYS);
    const session = startSession(home, ['run', 'crm'], ENV);
    const url = 'https://b.example.com/o?X-Amz-Signature=5f1e0c9a7b3d8e2f4a6c1b9d7e5f3a2c&X-Amz-Date=20261128T090000Z';
    for (const form of [
      'token',
      'JSON.stringify(token).slice(1, -1)',
      "b64(token, 'base64')",
      "b64(token, 'hex')",
      'encodeURIComponent(token)',
      `'${url}'`,
    ])
      expect(await ask(session, `say('form ' + ${form} + '.\\n')`)).toBe('said');
    await ask(session, "for (const one of 'split ' + token + '.\\n') { say(one); await soon(2); }");
    await ask(session, "say('end ' + token)");
    session.child.stdin.end();
    await session.ended;
    const mask = '[secret TOKEN]';
    const lines = session.stderr.split('\n');
    // Of the last bits of Base64, a character and the padding stay.
    expect(lines.filter((line) => /^form \[secret TOKEN\](?:\w?=)?\.$/.test(line))).toHaveLength(5);
    expect(lines).toEqual(expect.arrayContaining([`form ${url}.`, `split ${mask}.`]));
    expect(session.stderr).toContain(`end ${mask}`);
    expect(holdsOne(session.stderr)).toBe(false);
  });
});

describe('what we say', () => {
  test.each([
    ['`explain`', ['explain', 'crm', '--json']],
    ['`check`', ['check', '--json']],
    ['`secrets`', ['secrets', '--json']],
  ])('%s shows none', async (_verb, words) => {
    const { home } = await place();
    const { stdout, stderr, exitCode } = await msr(home, words, { env: ENV });
    expect([exitCode, holdsOne(String([stdout, stderr]))]).toEqual([0, false]);
  });

  test('of a server that cannot start, and of one that is killed, none', async () => {
    const { home } = await place();
    const session = startSession(home, ['run', 'crm'], ENV);
    await ask(session, 'true');
    process.kill(serverOf(session), 'SIGKILL');
    session.child.stdin.end();
    await session.ended;
    const limited = await place({ limits: { openFiles: 4 } });
    const failing = await msr(limited.home, ['run', 'crm'], { env: ENV });
    expect(failing.exitCode).not.toBe(0);
    expect(holdsOne(String([session.stderr, session.stdout, failing.stderr, failing.stdout]))).toBe(false);
  });

  test.each<[what: string, secret: unknown, ident: string]>([
    ['a variable that is not set', 'env:NOBODY_SETS_IT', 'secret-unresolved'],
    ['a program that fails', { cmd: ['/bin/false'] }, 'secret-unresolved'],
    ['a keyring without it', 'keyring:nobody-has-it', 'secret-unresolved'],
    ['a file that others may read', 'file:/etc/passwd', 'secret-file-unsafe'],
    ['an empty value', { cmd: ['/bin/true'] }, 'secret-value'],
    ['a short value', { cmd: ['/bin/echo', '1234'] }, 'secret-too-short'],
  ])('%s stops the start, and the client hears of it', async (_what, secret, ident) => {
    const arena = await place({ secrets: { TOKEN: secret, FILE: 'env:CLIENTS' } });
    const touched = arena.at('touched');
    const policy: { servers: { crm: Record<string, unknown> } } = JSON.parse(readFileSync(arena.home.policy, 'utf8'));
    policy.servers.crm.command = 'touch';
    policy.servers.crm.args = [touched];
    policy.servers.crm.unsafe = ['no-sandbox'];
    writeFileSync(arena.home.policy, JSON.stringify(policy));
    const input = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })}\n`;
    const { stdout, stderr, exitCode } = await msr(arena.home, ['run', 'crm'], { input, env: ENV });
    expect([exitCode, existsSync(touched)]).toEqual([125, false]);
    expect(JSON.parse(String(stdout))).toMatchObject({
      id: 1,
      error: { code: 125, data: { source: 'mcp-secure-run', ident } },
    });
    expect(stderr).toContain(`error[${ident}]`);
    expect(holdsOne(String([stdout, stderr]))).toBe(false);
  });
});

// Where a core is handed to a program, there is no file to search; the filter itself is looked at above, everywhere.
const DUMPS = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();

describe.skipIf(DUMPS.includes('/') || DUMPS.startsWith('|'))('a core of the launcher', () => {
  test('holds no value; that of another program does', async () => {
    const value = `canary-${randomBytes(9).toString('hex')}`;
    const arena = makeArena();
    arena.make('kept');
    chmodSync(arena.at('kept'), 0o700);
    writeFileSync(arena.at('kept/value'), value, { mode: 0o600 });
    const [plain, ours] = [arena.make('plain'), arena.make('ours')];

    const script = `globalThis.kept = require('fs').readFileSync('${arena.at('kept/value')}', 'utf8'); process.stdin.on('data', (data) => process.stdout.write(data));`;
    const found = await coreOf(plain, ['-e', script], clientEnv(arena.home), value);
    expect(found, 'no core, or none of its memory in it: this test proves nothing').toBe('holds it');

    const crm = {
      command: 'node',
      args: [`${REPOSITORY}/fixtures/servers/echo.mjs`],
      unsafe: ['unlocked', 'no-sandbox'],
      secrets: { TOKEN: `file:${arena.at('kept/value')}` },
    };
    writeFileSync(arena.home.policy, JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { crm } }));
    expect(await coreOf(ours, [COMMAND, 'run', 'crm'], clientEnv(arena.home), value)).toBe('does not hold it');
  });
});

/** Whether the core of a process with these words, killed in this directory, has a text in it. */
async function coreOf(
  directory: string,
  words: readonly string[],
  env: Record<string, string>,
  text: string,
): Promise<string> {
  const child = execa('/bin/sh', ['-c', 'ulimit -c unlimited && exec "$@"', 'sh', process.execPath, ...words], {
    cwd: directory,
    extendEnv: false,
    env,
    reject: false,
    stdin: 'pipe',
  });
  child.stdin.write('{}\n');
  await once(child.stdout, 'data'); // it has read the value, and runs
  child.kill('SIGABRT');
  await child;
  const [core] = readdirSync(directory).filter((name) => name.startsWith('core'));
  if (core === undefined) return 'there is none';
  // Its size may be more than a string of JavaScript can have.
  const { exitCode } = await execa('grep', ['-qaF', text, join(directory, core)], { reject: false });
  return exitCode === 0 ? 'holds it' : exitCode === 1 ? 'does not hold it' : 'cannot be read';
}
