import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownHome } from '../kit/account.ts';
import { REPOSITORY } from '../kit/command.ts';
import { Trap } from '../kit/trap.ts';

type Keys = Record<string, unknown>;

/** A trap whose server has these keys beside its own grant. */
function trapWith(
  keys: (trap: Trap) => { read?: readonly string[]; write?: readonly string[]; more?: Keys; servers?: Keys },
): Trap {
  const trap = new Trap();
  const { read = [], write = [], more = {}, servers = {} } = keys(trap);
  const files = { read, write: ['/OPEN', ...write] };
  const entry = { command: 'touch', args: ['/OPEN/touched'], files, ...more };
  trap.write(JSON.stringify({ version: 1, servers: { trap: entry, ...servers } }));
  return trap;
}

/** Without its place: these policies are one line. */
async function outcome(trap: Trap, options = {}): Promise<string> {
  return (await trap.outcome(['run', 'trap'], options)).is.replace(/ at 1:\d+(?:, 1:\d+)*$/, '');
}

test('a server with one grant is started, or this file proves nothing', async () => {
  expect(await outcome(trapWith(({ arena }) => ({ read: [arena.make('app')] })))).toBe('started, 0');
});

describe('closed by default: nobody is granted', () => {
  test.each<[string, (trap: Trap) => string, string]>([
    ['what is not there', () => '/nowhere', '126 grant-missing'],
    [
      'what a link that leads nowhere stands for',
      ({ arena }) => link(arena.at('link'), '/nowhere'),
      '126 grant-missing',
    ],
    ['everything', () => '/', '126 grant-too-wide'],
    ['everything, by a link', ({ arena }) => link(arena.at('link'), '/'), '126 grant-too-wide'],
    ['the home', () => '~', '126 grant-too-wide'],
    ['the home, by its path', () => ownHome, '126 grant-too-wide'],
    ['the home, by a link', ({ arena }) => link(arena.at('link'), ownHome), '126 grant-too-wide'],
    ['what the home lies in', () => dirname(ownHome), '126 grant-too-wide'],
    ['our configuration', ({ arena }) => arena.at('config'), '126 grant-too-wide'],
    ['our configuration, by a link', ({ arena }) => link(arena.at('link'), arena.at('config')), '126 grant-too-wide'],
    ['our state', ({ arena }) => arena.make('state'), '126 grant-too-wide'],
    ['what lies in our state', ({ arena }) => arena.make('state/compiled'), '126 grant-protected'],
    ['our data', ({ arena }) => arena.make('data'), '126 grant-too-wide'],
    ['what lies in our data', ({ arena }) => arena.make('data/cwd'), '126 grant-protected'],
    ['what our directories lie in', ({ arena }) => arena.directory, '126 grant-too-wide'],
    ['the policy', ({ arena }) => arena.home.policy, '126 grant-too-wide'],
    ['the policy, by a link', ({ arena }) => link(arena.at('link'), arena.home.policy), '126 grant-too-wide'],
    ['what the kernel tells of processes', () => '/proc', '126 grant-protected'],
    ['what the kernel tells of itself', () => '/proc/self', '126 grant-protected'],
    ['what the kernel tells of devices', () => '/sys/kernel', '126 grant-protected'],
    ['devices', () => '/dev', '126 grant-protected'],
    ['a device', () => '/dev/null', '126 grant-protected'],
    ['where services have their sockets', () => '/run', '126 grant-protected'],
    ['where services have their sockets, by its old name', () => '/var/run', '126 grant-protected'],
    ['the temporary files of everyone', () => '/tmp', '126 grant-too-wide'],
    ['the settings of the machine', () => '/etc', '126 grant-too-wide'],
    ['every program of the machine', () => '/usr', '126 grant-too-wide'],
    ['the data of the machine', () => '/var', '126 grant-too-wide'],
    ['every home', () => '/home', '126 grant-too-wide'],
  ])('%s, for reading or for writing', async (_title, path, expected) => {
    for (const mode of ['read', 'write'])
      expect(await outcome(trapWith((trap) => ({ [mode]: [path(trap)] })))).toBe(expected);
  });

  test.each(['.cursor', '.claude', '.claude.json', '.vscode', '.codex', '.gemini', '.config/Claude', '.config/zed'])(
    'the configuration of a client: ~/%s',
    async (name) => {
      const path = join(ownHome, name);
      const made = mkdirSync(path.endsWith('.json') ? dirname(path) : path, { recursive: true });
      onTestFinished(() => rmSync(made ?? join(path, 'nothing'), { recursive: true, force: true }));
      const { is, stderr } = await trapWith(() => ({ write: [`~/${name}`] })).outcome();
      expect(is).toMatch(/^126 grant-(?:too-wide|missing)/); // the file is not there on every machine
      if (!name.endsWith('.json')) expect(stderr).toContain('a client’s configuration');
    },
  );

  test('what lies in the configuration of a client, or what that lies in', async () => {
    const made = mkdirSync(join(ownHome, '.config/Claude/inner'), { recursive: true });
    onTestFinished(() => rmSync(made ?? join(ownHome, '.config/Claude/inner'), { recursive: true }));
    expect(await outcome(trapWith(() => ({ write: ['~/.config/Claude/inner'] })))).toBe('126 grant-protected');
    expect(await outcome(trapWith(() => ({ read: ['~/.config'] })))).toBe('126 grant-too-wide');
  });

  test.each([
    ['a socket', async (path: string) => void (await once(createServer().listen(path), 'listening'))],
    ['a FIFO', async (path: string) => void execFileSync('mkfifo', [path])],
  ])('%s', async (_title, make) => {
    const trap = new Trap();
    const path = trap.arena.at('special');
    await make(path);
    const entry = { command: 'touch', args: ['/OPEN/touched'], files: { read: [path], write: ['/OPEN'] } };
    trap.write(JSON.stringify({ version: 1, servers: { trap: entry } }));
    expect(await outcome(trap)).toBe('126 grant-protected');
  });
});

function link(path: string, to: string): string {
  symlinkSync(to, path);
  return path;
}

describe('closed by default: a directory of ours that is reached by a link', () => {
  // As is a home that lies on another disk: what is compared must be the real paths of both.
  test('is protected by its real path', async () => {
    const trap = new Trap();
    const moved = trap.arena.make('moved');
    for (const name of ['config', 'state']) trap.arena.make(`moved/${name}`);
    const home = link(trap.arena.at('link'), moved);
    const write = ['/OPEN', join(moved, 'state')];
    const text = JSON.stringify({
      version: 1,
      servers: { trap: { command: 'touch', args: ['/OPEN/touched'], files: { write } } },
    });
    trap.arena.plant('moved/config/policy.yaml', trap.fill(text));
    expect(await outcome(trap, { env: { MCP_SECURE_RUN_HOME: home } })).toBe('126 grant-too-wide');
  });
});

const PROGRAM = 'exit 7\n';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('closed by default: a mount inside what a server can write', () => {
  test.each<
    [string, (trap: Trap) => Parameters<typeof trapWith>[0] extends (trap: Trap) => infer Result ? Result : never]
  >([
    [
      'what is read, in what is written',
      ({ arena }) => ({ write: [arena.make('app')], read: [arena.make('app/docs')] }),
    ],
    [
      'a file that is read, in what is written',
      ({ arena }) => ({ write: [arena.make('app')], read: [arena.plant('app/file')] }),
    ],
    [
      'what is written, in what is read, where another server can move it',
      ({ arena }) => ({
        read: [arena.make('app')],
        write: [arena.make('app/out')],
        servers: { other: { command: 'true', files: { write: [arena.at('app')] } } },
      }),
    ],
    [
      'its own program, in what is written',
      ({ arena }) => ({
        write: [arena.make('app')],
        more: { command: 'sh', args: [arena.plant('app/server', PROGRAM)], sha256: sha256(PROGRAM) },
      }),
    ],
  ])('is refused: %s', async (_title, keys) => {
    const { is } = await trapWith(keys).outcome();
    expect(is).toMatch(/^126 grant-overlap/);
  });

  test.each<[string, (trap: Trap) => { read?: readonly string[]; write?: readonly string[] }]>([
    ['the same path twice', ({ arena }) => ({ read: [arena.make('app'), arena.at('app')] })],
    ['a path for reading and for writing', ({ arena }) => ({ read: [arena.make('app')], write: [arena.at('app')] })],
    [
      'what is written, in what is read',
      ({ arena }) => ({ read: [arena.make('app')], write: [arena.make('app/out')] }),
    ],
    ['what is read, in what is read', ({ arena }) => ({ read: [arena.make('app'), arena.make('app/docs')] })],
  ])('is none of: %s', async (_title, keys) => {
    expect(await outcome(trapWith(keys))).toBe('started, 0');
  });
});

describe('closed by default: a working directory', () => {
  test.each<[string, (trap: Trap) => Keys, string]>([
    ['that is not there', () => ({ cwd: '/nowhere' }), '126 cwd-missing'],
    ['that is a file', ({ arena }) => ({ cwd: arena.canary }), '126 cwd-missing'],
    ['that is not granted', ({ arena }) => ({ cwd: arena.make('app') }), '126 cwd-not-granted'],
    [
      'that is a link out of what is granted',
      ({ open }) => ({ cwd: link(join(open, 'link'), '/') }),
      '126 cwd-not-granted',
    ],
    ['that is the project of a client that is in none', () => ({ cwd: 'project' }), '126 cwd-missing'],
  ])('%s is refused', async (_title, more, expected) => {
    expect(await outcome(trapWith((trap) => ({ more: more(trap) })))).toBe(expected);
  });

  test('that is the client’s project is refused where that is not granted', async () => {
    const trap = trapWith(() => ({ more: { cwd: 'project' } }));
    trap.arena.make('project/.git');
    expect(await outcome(trap, { cwd: trap.arena.make('project/deep') })).toBe('126 cwd-not-granted');
  });

  test('that is the client’s project is refused where the client’s directory is gone', async () => {
    const trap = trapWith(() => ({ more: { cwd: 'project' } }));
    expect(await outcomeWithoutDirectory(trap)).toBe('126 cwd-missing');
  });

  test('of the client may be gone where nobody asks for it', async () => {
    expect(await outcomeWithoutDirectory(trapWith(() => ({})))).toBe('started, 0');
  });

  test('that is the client’s project, and granted, is none of these', async () => {
    const trap = trapWith(({ arena }) => ({ read: [arena.make('project')], more: { cwd: 'project' } }));
    trap.arena.make('project/.git');
    expect(await outcome(trap, { cwd: trap.arena.make('project/deep') })).toBe('started, 0');
  });
});

/** The client stands in a directory that is removed while the command starts: a shell does both. */
async function outcomeWithoutDirectory(trap: Trap): Promise<string> {
  const gone = trap.arena.make('gone');
  const command = `${REPOSITORY}/bin/mcp-secure-run.js`;
  const { exitCode, stderr } = await execa(
    '/bin/sh',
    ['-c', 'cd "$1" && rmdir "$1" && exec "$2" "$3" run trap', 'sh', gone, process.execPath, command],
    {
      input: '',
      reject: false,
      extendEnv: false,
      env: { MCP_SECURE_RUN_HOME: trap.arena.directory },
    },
  );
  if (trap.isSprung) return `started, ${exitCode}`;
  return `${exitCode} ${/error\[([a-z-]+)\]/.exec(stderr)?.[1]}`;
}
