import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isRoot } from '../kit/account.ts';
import { makeArena } from '../kit/arena.ts';
import { clientEnv, COMMAND } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';

/** Machines whose names lead where the test says, made by a mount over /etc/hosts, which takes root. */

async function serve() {
  const callers: string[] = [];
  const server = createServer((socket) => {
    callers.push('caller');
    socket.on('error', () => {}).end('welcome');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, callers };
}

async function runWith(names: string, network: readonly string[], to: readonly string[]) {
  const arena = makeArena();
  const said = to.map((place) => ({ to: place, say: '', wait: 2500 }));
  const entry = {
    command: 'node',
    args: [arena.attacker('converse.mjs'), JSON.stringify(said)],
    network,
    unsafe: ['unlocked'],
  };
  arena.home.write(
    'config/policy.yaml',
    JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { crm: entry } }),
  );
  const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const { stdout, stderr } = await execa(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', arena.plant('hosts', names), process.execPath, COMMAND, 'run', 'crm'],
    { reject: false, extendEnv: false, env: clientEnv(arena.home), cwd: '/', timeout: 20_000 },
  );
  const answers = stdout.split('\n').map((line): unknown => JSON.parse(line));
  return { answers, stderr };
}

describe.runIf(isRoot)('a program that knows no proxies', () => {
  test('reaches a name that is spelled out, on its port, as if it had found it by itself', async () => {
    const { port, callers } = await serve();
    const other = await serve();
    const { answers } = await runWith(
      '127.0.0.1 localhost\n127.0.0.1 db.acme.test\n127.0.0.1 other.acme.test\n',
      [`db.acme.test:${port}`, `127.0.0.1:${port}`, '*.acme.test:80'],
      [`db.acme.test:${port}`, `db.acme.test:${other.port}`, `other.acme.test:${port}`, '127.1.0.9:80'],
    );
    expect(answers[0]).toEqual(['welcome', 'closed']);
    expect(answers[1]).toEqual(['', 'ECONNREFUSED']); // nothing listens there: that port is not granted
    expect(answers[2]).toEqual(['', expect.stringMatching(/EAI_AGAIN|ENOTFOUND/)]);
    expect([callers.length, other.callers.length]).toEqual([1, 0]);
  });

  test('is told, and reaches nothing, where the name leads to this machine or its network', async () => {
    const { port, callers } = await serve();
    const names = ['loopback 127.0.0.1', 'private 10.1.2.3', 'metadata 169.254.169.254', 'mapped ::ffff:127.0.0.1'];
    const lines = names.map((line) => line.split(' ')).map(([name, address]) => `${address} ${name}.acme.test`);
    const hosts = names.map((line) => `${line.split(' ')[0]}.acme.test:${port}`);
    const { answers, stderr } = await runWith(`127.0.0.1 localhost\n${lines.join('\n')}\n`, hosts, hosts);
    expect(answers).toEqual(hosts.map(() => ['', 'ECONNRESET']));
    expect(callers).toEqual([]);
    for (const host of hosts) expect(stderr).toMatch(new RegExp(`\`${host}\` leads to .*, which is not public`));
  });
});
