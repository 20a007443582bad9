import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type ListenOptions } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeAttacks, expectGot, expectHeld, stage, type Attack } from '../kit/attack.ts';
import { startMsr } from '../kit/command.ts';
import { Session } from '../kit/session.ts';

/** Something that listens on this machine; it tells how many came. */
async function listen(options: ListenOptions) {
  const callers: string[] = [];
  const server = createServer((socket) => {
    callers.push('caller');
    socket.on('error', () => {}).end();
  });
  server.listen(options);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { server, callers };
}

async function listenOnPort(host = '127.0.0.1') {
  const { server, callers } = await listen({ port: 0, host });
  return { port: String((server.address() as AddressInfo).port), callers };
}

async function listenAt(path: string): Promise<string> {
  onTestFinished(() => rmSync(path, { force: true }));
  await listen({ path });
  chmodSync(path, 0o777);
  return path;
}

/** Where services put their sockets; as an ordinary account, the place among those where it may. */
function placeForSockets(): string {
  const places = ['/run', `/run/user/${process.getuid?.()}`, '/run/lock', '/var/run', '/var/tmp'];
  return places.find((place) => isWritable(place)) ?? '/dev/shm';
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const name = () => `mcp-secure-run-${randomUUID()}`;
const connecting = (to: string) => (): Attack => ({ script: 'connect.mjs', args: [to] });

describe.each([
  ['a port of the machine', async () => (await listenOnPort()).port, /^ECONNREFUSED$/],
  ['a socket in /tmp', async () => listenAt(`/tmp/${name()}`), /^ENOENT$/],
  ['a socket where services have theirs', async () => listenAt(`${placeForSockets()}/${name()}`), /^ENOENT$/],
  [
    'an abstract socket, which no mount hides',
    async () => {
      const abstract = name();
      await listen({ path: `\0${abstract}` });
      return `@${abstract}`;
    },
    /^ECONNREFUSED$/,
  ],
])('a server that connects to %s', (_title, target, by) => {
  test('succeeds without the sandbox, or this test proves nothing', async () => {
    expectGot(await stage(connecting(await target())).outside());
  });

  test('is stopped by the sandbox', async () => {
    expectHeld(await stage(connecting(await target())).inside(), by);
  });
});

describeAttacks([
  { title: 'looks for a network', arrange: () => ({ script: 'list-networks.mjs' }), by: /^loopback alone$/ },
]);

const listening = (): Attack => ({ script: 'listen.mjs' });

describe('a server that opens a port', () => {
  test('can be reached without the sandbox, or this test proves nothing', async () => {
    const { session, port } = await start('outside');
    const socket = connect(port, '127.0.0.1');
    expect(await text(socket)).toBe('come in\n');
    session.child.stdin.end();
  });

  test('cannot be reached from the machine inside', async () => {
    const { session, port } = await start('inside');
    const [error] = await once(connect(port, '127.0.0.1'), 'error');
    expect(error.code).toBe('ECONNREFUSED');
    expect(session.child.exitCode).toBeNull(); // it listens still: nobody came
    session.child.stdin.end();
  });
});

async function start(id: string): Promise<{ session: Session; port: number }> {
  const session = new Session(startMsr(stage(listening).arena.home, ['run', id]));
  await expect.poll(() => session.stdout, { timeout: 10_000 }).toMatch(/^\d+\n$/);
  return { session, port: Number(session.stdout) };
}

describe('`host-network` gives up the network’s confinement', () => {
  const granted = { unsafe: ['unlocked', 'host-network'] };

  test('a server that connects to a port of the machine succeeds inside, and is seen there', async () => {
    const { port, callers } = await listenOnPort();
    expectGot(await stage(() => ({ script: 'connect.mjs', args: [port], granted })).inside());
    expect(callers).toEqual(['caller']);
  });

  test('a server that connects to a socket by its path does not', async () => {
    const path = await listenAt(`${placeForSockets()}/${name()}`);
    expectHeld(await stage(() => ({ script: 'connect.mjs', args: [path], granted })).inside(), /^ENOENT$/);
  });

  test('and the launcher says so', async () => {
    const { stderr } = await stage(() => ({ script: 'run.mjs', args: ['true'], granted })).inside();
    expect(stderr).toContain("the network's confinement (`host-network`)");
  });
});
