import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { serverAccount } from '../kit/account.ts';
import { giveToServers, type Arena } from '../kit/arena.ts';
import { expectGot, expectHeld, stage, type Attack, type Staged } from '../kit/attack.ts';
import { clientEnv, COMMAND } from '../kit/command.ts';
import { hasLandlock } from '../kit/landlock.ts';
import { markedServer } from '../kit/marked-server.ts';
import { stillRunning, treeOf } from '../kit/processes.js';
import { startSession } from '../kit/session.ts';
import { killAtRandom } from '../kit/survivors.js';

/** Confined by Landlock alone. */
const LONE = { unsafe: ['unlocked', 'landlock-only'] };

/** What each attack meets inside. Outside it must succeed, but for what not every kernel has. */
const BY: Record<string, string> = {
  read: 'EACCES',
  list: 'EACCES',
  create: 'EACCES',
  cut: 'EACCES',
  write: 'EACCES',
  remove: 'EACCES',
  'remove directory': 'EACCES',
  'make directory': 'EACCES',
  'make link': 'EACCES',
  'make fifo': 'EACCES',
  execute: 'EACCES',
  'ask a device': 'EACCES',
  link: 'EXDEV',
  mode: 'EPERM',
  'mode by descriptor': 'EPERM',
  times: 'EPERM',
  attribute: 'EPERM',
  watch: 'ENOSYS',
  tcp: 'EAFNOSUPPORT',
  udp: 'EAFNOSUPPORT',
  netlink: 'EAFNOSUPPORT',
  vsock: 'EAFNOSUPPORT',
  socket: 'EAFNOSUPPORT',
  'abstract socket': 'EAFNOSUPPORT',
  'datagram pair': 'ESOCKTNOSUPPORT',
  'bind a pair': 'EPERM',
  probe: 'EPERM',
  'probe the parent': 'EPERM',
  limit: 'EPERM',
  affinity: 'EPERM',
  renice: 'EPERM',
  attach: 'EPERM',
  'shared memory': 'ENOSYS',
  keyring: 'EPERM',
  ring: 'ENOSYS',
  namespace: 'EPERM',
};

/**
 * Attributes, machines below, tracing, rings and namespaces are not to be had everywhere, and the parent is root's where
 * the tests are: inside, it is of the server's account.
 */
const NOT_EVERYWHERE = new Set(['attribute', 'vsock', 'attach', 'ring', 'namespace', 'probe the parent']);

/** A program in Python that says when it is ready, under the account that servers have, until the test ends. */
async function startPython(script: string, ...args: string[]) {
  const child = spawn('/usr/bin/python3', ['-c', script, ...args], {
    ...serverAccount,
    cwd: '/',
    env: { SECRET: 'sings' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const WAIT = 'import sys; print("ready", flush=True); sys.stdin.read()';
const SHARE =
  'import ctypes, sys; l = ctypes.CDLL(None); i = l.shmget(int(sys.argv[1]), 16, 0o1600); print(i, flush=True); sys.stdin.read()';

async function listenOn(where: number | string) {
  const server = createServer((socket) => socket.end());
  onTestFinished(() => void server.close());
  await once(typeof where === 'string' ? server.listen(where) : server.listen(where, '127.0.0.1'), 'listening');
  if (typeof where === 'string' && where.startsWith('/')) chmodSync(where, 0o666);
  return server.address();
}

/** A file of the servers’ account, which it could do anything to. */
function own(arena: Arena, name: string): string {
  return giveToServers(arena.plant(`own/${name}`));
}

/** A directory of the servers’ account with something in it for each attack on what may be read, or on nothing at all. */
function fill(arena: Arena, name: string): [wanted: string, on: string][] {
  const at = arena.make(name, 'owned');
  for (const file of ['write', 'cut', 'remove']) giveToServers(arena.plant(`${name}/${file}`));
  arena.make(`${name}/empty`, 'owned');
  return [
    ...['write', 'cut', 'remove'].map((one): [string, string] => [one, `${at}/${one}`]),
    ['remove directory', `${at}/empty`],
    ...['create', 'make directory', 'make link', 'make fifo'].map((one): [string, string] => [one, `${at}/${one}`]),
  ];
}

/** Everything that the attacks are on; the server may write `sockets`, read `own` and `granted`, and nothing else of it. */
async function arrangeAll(): Promise<Staged> {
  const victim = String((await startPython(WAIT)).pid);
  const key = String(0x6d730000 + (process.pid & 0xffff));
  await startPython(SHARE, key);
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void udp.close());
  await once(udp, 'listening');
  const tcp = await listenOn(0);
  const abstract = `msr-test-${process.pid}`;
  await startPython(
    `import socket, sys; s = socket.socket(1, 1); s.bind("\\0" + sys.argv[1]); s.listen(); ${WAIT}`,
    abstract,
  );

  const staged = stage((arena): Attack => {
    arena.make('sockets', 'owned');
    copyFileSync('/bin/true', arena.at('program'));
    chmodSync(arena.at('program'), 0o755);
    const attacks: [wanted: string, on: string | null][] = [
      ['read', arena.canary],
      ['read', `/proc/${victim}/environ`],
      ['read', `/proc/${victim}/cmdline`],
      ['list', arena.directory],
      ['list', '/proc'],
      ...fill(arena, 'granted'),
      ...fill(arena, 'open'),
      ['execute', arena.at('program')],
      ['ask a device', '/dev/random'],
      ...['mode', 'mode by descriptor', 'times', 'attribute'].map((one): [string, string] => [one, own(arena, one)]),
      ['watch', arena.directory],
      ['tcp', tcp && typeof tcp === 'object' ? String(tcp.port) : ''],
      ['udp', String(udp.address().port)],
      ...['netlink', 'vsock', 'keyring', 'ring', 'namespace', 'probe the parent'].map((one): [string, null] => [
        one,
        null,
      ]),
      ['socket', arena.at('sockets/stream')],
      ['abstract socket', abstract],
      ['datagram pair', arena.at('sockets/datagram')],
      ['bind a pair', arena.at('sockets/own')],
      ...['probe', 'limit', 'affinity', 'attach', 'renice'].map((one): [string, string] => [one, victim]),
      ['shared memory', key],
    ];
    return {
      script: 'without-namespaces.py',
      args: [JSON.stringify(attacks)],
      granted: { ...LONE, files: { read: [arena.at('own'), arena.at('granted')], write: [arena.at('sockets')] } },
    };
  });
  await listenOn(staged.arena.at('sockets/stream'));
  await startPython(
    `import os, socket, sys; s = socket.socket(1, 2); s.bind(sys.argv[1]); ${WAIT}`,
    staged.arena.at('sockets/datagram'),
  );
  return staged;
}

const rowsOf = (said: string): string[][] => said.split('\n').map((line) => line.split(': '));

test.skipIf(hasLandlock)('where the kernel is too old, nothing starts', async () => {
  const { said, stderr, exitCode } = await stage(() => ({ script: 'print-environment.mjs', granted: LONE })).inside();
  expect([said, exitCode]).toEqual(['', 125]);
  expect(stderr).toMatch(/error\[sandbox-unavailable\]: Landlock could not confine the server: .* Linux 6\.12/);
});

test.runIf(hasLandlock)(
  'what a server does to its account’s files, processes and sockets succeeds without Landlock, or this proves nothing',
  async () => {
    const { said, stderr } = await (await arrangeAll()).outside();
    expect(
      rowsOf(said).filter(([wanted = '', answer]) => answer !== 'GOT' && !NOT_EVERYWHERE.has(wanted)),
      stderr,
    ).toEqual([]);
    expect(rowsOf(said).length).toBeGreaterThan(40);
  },
);

test.runIf(hasLandlock)('and with it, none of it does', async () => {
  const { said, stderr, exitCode } = await (await arrangeAll()).inside();
  expect([rowsOf(said), exitCode], stderr).toEqual([rowsOf(said).map(([wanted = '']) => [wanted, BY[wanted]]), 0]);
  expect(rowsOf(said).length).toBeGreaterThan(40);
});

test.runIf(hasLandlock)(
  'a server becomes root by no program of the system, kills none of its account, and reads what it was granted',
  async () => {
    const root = stage(() => ({ script: 'become-root.mjs', granted: LONE }));
    expectGot(await root.outside());
    const inside = await root.inside();
    expect([inside.said, inside.exitCode]).not.toContain('GOT');
    expect(inside.exitCode).toBe(0);

    const victim = await startPython(WAIT);
    const killing = stage(() => ({ script: 'kill.mjs', args: [String(victim.pid)], granted: LONE }));
    expectHeld(await killing.inside(), /^EPERM$/);
    expect([victim.exitCode, victim.signalCode]).toEqual([null, null]);
    const ended = once(victim, 'exit');
    await killing.outside();
    expect(await ended).toEqual([null, 'SIGKILL']);

    const reading = stage((arena) => ({
      script: 'read.mjs',
      args: [arena.plant('granted/file'), 'sings'],
      granted: { ...LONE, files: { read: [arena.at('granted')] } },
    }));
    expectGot(await reading.inside());
  },
);

test.runIf(hasLandlock)('what a server had for itself is gone when it has ended', async () => {
  const staged = stage(() => ({
    script: 'print-environment.mjs',
    granted: LONE,
  }));
  const { said } = await staged.inside();
  expect(said).toMatch(new RegExp('"HOME":"/tmp/mcp-secure-run-inside\\.\\w{6}/home"'));
  expect(readdirSync('/tmp').filter((name) => said.includes(`/${name}/home`))).toEqual([]);
});

const mine = (): string[] => readdirSync('/tmp').filter((name) => name.startsWith('mcp-secure-run-inside.'));

test.runIf(hasLandlock)('and when the launcher was killed', async () => {
  const staged = stage(() => ({ script: 'stay.mjs', granted: { ...LONE, state: ['kept'] } }));
  const { home } = staged.arena;
  mkdirSync(`${home.directory}/data`, { mode: 0o711 });
  const before = mine();
  const launcher = spawn(process.execPath, [COMMAND, 'run', 'inside'], { env: clientEnv(home), cwd: '/' });
  await once(launcher.stdout, 'data');
  expect(mine().length).toBe(before.length + 1);
  launcher.kill('SIGKILL');
  await vi.waitFor(() => expect(mine()).toEqual(before), { timeout: 10_000 });
  expect(readdirSync(`${home.directory}/data/servers/inside`)).toEqual(['kept']);
});

test.runIf(hasLandlock)('a server whose first process is killed ends with it', async () => {
  const { home, marker } = markedServer('traps.mjs', [], LONE);
  const session = startSession(home, ['run', marker]);
  await expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('ready');
  const tree = treeOf(session.pid);
  const first = tree.find(({ argv }) => argv.includes('landlock'));
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => stillRunning(tree), { timeout: 5000 }).toEqual([]);
});

test.runIf(hasLandlock)(
  'no process outlives a launcher that is killed, in whatever session it is',
  { timeout: 60_000 },
  async () => {
    const { kills, survivors } = await killAtRandom(6, LONE.unsafe);
    expect({ kills, survivors }).toEqual({ kills: 6, survivors: [] });
  },
);
