import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeArena } from '../kit/arena.ts';
import { expectGot, Staged } from '../kit/attack.ts';
import { REPOSITORY } from '../kit/command.ts';

/**
 * A server that may reach some hosts, and what it does to reach others. `localhost` stands for a host of the internet:
 * it is a name that leads to an address that is listed.
 */

test('the native helper, which hosts need, was built', () => {
  expect(existsSync(`${REPOSITORY}/dist/helper-${process.arch}`)).toBe(true);
});

/** A service of this machine that says a word and takes what comes. */
async function serve(word: string) {
  const callers: string[] = [];
  const server = createServer((socket) => {
    callers.push('caller');
    socket.on('error', () => {});
    socket.write(word);
    socket.on('data', (chunk: Buffer) => socket.write(`heard ${chunk.toString('latin1')}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, callers };
}

interface Said {
  readonly to: string;
  readonly say: string;
  readonly wait?: number;
  readonly times?: number;
}

const PROXY = '127.0.0.1:3128';
const asking = (request: string): Said => ({ to: PROXY, say: request });
const connecting = (target: string): Said => asking(`CONNECT ${target} HTTP/1.1\r\n\r\n`);

function staged(network: unknown, said: readonly Said[], more: Record<string, unknown> = {}): Staged {
  return new Staged(makeArena(), {
    script: 'converse.mjs',
    args: [JSON.stringify(said)],
    granted: { network, ...more },
  });
}

interface Heard {
  readonly answers: readonly (readonly [text: string, how: string])[];
  readonly stderr: string;
}

async function hear(network: unknown, ...said: readonly Said[]): Promise<Heard> {
  const report = await staged(network, said).inside();
  const answers = report.said.split('\n').map((line): readonly [string, string] => JSON.parse(line));
  return { answers, stderr: report.stderr };
}

describe('a server with a list of hosts', () => {
  test('reaches one of them through the launcher, and the other port of the same host not', async () => {
    const [granted, other] = [await serve('welcome'), await serve('welcome')];
    const hosts = [`localhost:${granted.port}`, `127.0.0.1:${granted.port}`];
    const said = [connecting(`localhost:${granted.port}`), connecting(`localhost:${other.port}`)];
    const { answers, stderr } = await hear(hosts, ...said);
    expect(answers[0]?.[0]).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nwelcome$/);
    expect(answers[1]?.[0]).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*mcp-secure-run: the policy does not grant/);
    expect([granted.callers.length, other.callers.length]).toEqual([1, 0]);
    const line = `\`localhost:${other.port}\` is granted by no entry of \`network\`; \`mcp-secure-run allow inside --host localhost:${other.port}\``;
    expect(stderr.split(line)).toHaveLength(2);
  });

  test('reaches the same service without the sandbox as it likes, or this proves nothing', async () => {
    const service = await serve('welcome');
    const direct: Said = { to: `127.0.0.1:${service.port}`, say: '', wait: 1000 };
    const { said } = await staged([], [direct]).outside();
    expect(said).toContain('welcome');
    const { answers } = await hear(['a.example'], direct);
    expect(answers).toEqual([['', 'ECONNREFUSED']]);
    expect(service.callers).toHaveLength(1);
  });

  test('what is refused is told once, however often it is tried, and never in the server’s own words', async () => {
    const many = Array.from({ length: 5 }, () => connecting('evil.example:443'));
    const odd = connecting('evil.example\x1b[31m:443');
    const { stderr } = await hear(['a.example'], ...many, odd);
    expect(stderr.match(/evil\.example:443` is granted by no entry/g)).toHaveLength(1);
    expect(stderr).not.toContain('\x1b');
  });
});

describe('a host that is spelled in another way is none of the list', () => {
  test('whatever the spelling', async () => {
    const { port, callers } = await serve('welcome');
    const hosts = [`localhost:${port}`, `127.0.0.1:${port}`, '.a.example'];
    const rows: readonly (readonly [target: string, status: number])[] = [
      // The same host, and so granted.
      [`LocalHost:${port}`, 200],
      [`localhost.:${port}`, 200],
      [`127.0.0.1:${port}`, 200],
      // Other spellings of its address, for which resolvers differ.
      [`127.1:${port}`, 400],
      [`2130706433:${port}`, 400],
      [`0x7f000001:${port}`, 400],
      [`0177.0.0.1:${port}`, 400],
      [`127.0.0.1.:${port}`, 400],
      [`[::ffff:127.0.0.1]:${port}`, 403],
      [`[::ffff:7f00:1]:${port}`, 403],
      [`[::1]:${port}`, 403],
      [`0.0.0.0:${port}`, 403],
      [`[::]:${port}`, 403],
      // Names that end like one of the list, or hide another one.
      [`localhost.evil.example:${port}`, 403],
      [`xlocalhost:${port}`, 403],
      ['xa.example:443', 403],
      ['a.example.evil:443', 403],
      [`evil.example\0.a.example:443`, 400],
      [`evil.example%00.a.example:443`, 400],
      [`localhost@evil.example:${port}`, 400],
      [`evil.example#.a.example:443`, 400],
      [`a.example:443@evil.example:443`, 400],
      [`http://localhost:${port}/`, 400],
      ['xn--e1afmkfd.a.example:444', 403],
      ['п.a.example:443', 400],
      // Ports.
      ['localhost', 400],
      [`localhost:`, 400],
      [`localhost:0${port}`, 400],
      [`localhost:+${port}`, 400],
      [`localhost:${port + 65_536}`, 400],
      [`localhost:${port}:${port}`, 400],
    ];
    const { answers } = await hear(hosts, ...rows.map(([target]) => connecting(target)));
    const statuses = answers.map(([text], index) => [rows[index]?.[0], Number(text.slice(9, 12))]);
    expect(statuses).toEqual(rows.map(([target, status]) => [target, status]));
    expect(callers).toHaveLength(3);
  });

  test('nor does another request than CONNECT lead anywhere', async () => {
    const { port, callers } = await serve('welcome');
    const { answers } = await hear(
      [`localhost:${port}`, `127.0.0.1:${port}`],
      asking(`GET http://localhost:${port}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`),
      asking(`TRACE localhost:${port} HTTP/1.1\r\n\r\n`),
      asking(`CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`),
      asking(`CONNECT evil.example:443 HTTP/1.1\r\nCONNECT localhost:${port} HTTP/1.1\r\n\r\n`),
      asking(
        `POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nCONNECT localhost:${port} HTTP/1.1\r\n\r\n`,
      ),
      asking('\x05\x01\x00'), // SOCKS
    );
    expect(answers.map(([text, how]) => text.slice(9, 12) || how)).toEqual(['405', '405', '403', '403', '405', 'open']);
    expect(callers).toEqual([]);
  });
});

describe('what a name leads to', () => {
  test('is no way to an address that is not public and not listed: loopback, private, metadata', async () => {
    const { port, callers } = await serve('welcome');
    const { answers, stderr } = await hear([`localhost:${port}`], connecting(`localhost:${port}`));
    expect(answers[0]?.[0]).toMatch(/^HTTP\/1\.1 403/);
    expect(stderr).toMatch(/`localhost:\d+` leads to (?:127\.0\.0\.1|::1), which is not public: list that address/);
    expect(callers).toEqual([]);
  });

  test('nor is `any` one, which is any public host', async () => {
    const { port, callers } = await serve('welcome');
    const rows = [`localhost:${port}`, `127.0.0.1:${port}`, '169.254.169.254:80', '10.0.0.1:443', '[fd00:ec2::254]:80'];
    const { answers } = await hear('any', ...rows.map(connecting));
    expect(answers.map(([text]) => text.slice(9, 12))).toEqual(rows.map(() => '403'));
    expect(callers).toEqual([]);
  });

  test('cannot be found by the server itself: there is no resolver inside', async () => {
    const { answers } = await hear('any', { to: 'localhost.evil.example:443', say: '' });
    expect(answers[0]?.[1]).toMatch(/EAI_AGAIN|ENOTFOUND/);
  });
});

/** What a client of TLS says first, to a host of this name. */
async function helloTo(servername: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTls({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, servername });
  client.on('error', () => {});
  const [socket]: [Socket] = await once(server, 'connection').then(([one]) => [one]);
  const [hello]: [Buffer] = await once(socket, 'data').then(([one]) => [one]);
  client.destroy();
  socket.destroy();
  server.close();
  return hello.toString('latin1');
}

describe('a tunnel', () => {
  test('in which TLS begins for another host is closed before a byte of it goes on', async () => {
    const { port } = await serve('');
    const hosts = [`localhost:${port}`, `127.0.0.1:${port}`];
    const beginning = (hello: string): Said => asking(`CONNECT localhost:${port} HTTP/1.1\r\n\r\n${hello}`);
    const { answers, stderr } = await hear(
      hosts,
      beginning(await helloTo('localhost')),
      beginning(await helloTo('evil.example')),
      beginning('\x16\x03\x01\x00\x04\x02\x00\x00\x00'),
      beginning('hello'),
    );
    expect(answers.map(([text]) => text.includes('heard'))).toEqual([true, false, false, true]);
    expect(stderr).toContain(`\`localhost:${port}\` was sent TLS that names another host`);
    expect(stderr).toContain(`\`localhost:${port}\` was sent a beginning of TLS that cannot be read`);
  });

  test('of a thousand is one of 256: the others are refused, and the server goes on', async () => {
    const { port } = await serve('welcome');
    const target = `localhost:${port}`;
    const many = Array.from({ length: 1000 }, () => connecting(target));
    const { answers, stderr } = await hear([target, `127.0.0.1:${port}`], ...many);
    const served = answers.filter(([text]) => text.includes('welcome')).length;
    expect(served).toBeGreaterThan(200);
    expect(served).toBeLessThanOrEqual(256);
    expect(stderr).toContain('a connection was refused: 256 are open already');
  });

  test('whose head never ends is closed', async () => {
    const { answers } = await hear(
      ['a.example'],
      { to: PROXY, say: 'CONNECT a.example:443 HTTP/1.1\r\nX: '.padEnd(20_000, 'y') },
      { to: PROXY, say: 'CONNECT', wait: 13_000 },
    );
    expect(answers[0]?.[0]).toMatch(/^HTTP\/1\.1 431/);
    expect(answers[1]?.[1]).toMatch(/closed|ECONNRESET/);
  });
});

/** A proxy that lets all pass, and answers itself. */
async function company() {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (head: Buffer) => {
        asked.push(head.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 200 OK\r\n\r\nwelcome');
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { egress: { proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, asked };
}

async function hearBy(egress: object, network: unknown, said: readonly Said[]) {
  const arena = makeArena();
  const stage = new Staged(arena, {
    script: 'converse.mjs',
    args: [JSON.stringify(said)],
    granted: { network },
  });
  const policy: object = JSON.parse(readFileSync(arena.home.policy, 'utf8'));
  arena.home.write('config/policy.yaml', JSON.stringify({ ...policy, egress }));
  return (await stage.inside()).said.split('\n').map((line): unknown => JSON.parse(line));
}

describe('with the proxy of a company network', () => {
  test('hosts of a list are asked of it by their names, and no other is', async () => {
    const { egress, asked } = await company();
    const said = ['db.acme.test:5432', '10.1.2.3:5432', 'other.acme.test:5432'].map(connecting);
    const answers = await hearBy(egress, ['db.acme.test:5432', '10.1.2.3:5432'], said);
    expect(answers).toEqual([
      ['HTTP/1.1 200 Connection established\r\n\r\nwelcome', 'closed'],
      ['HTTP/1.1 200 Connection established\r\n\r\nwelcome', 'closed'],
      [expect.stringMatching(/^HTTP\/1\.1 403/), 'closed'],
    ]);
    expect(asked).toEqual(['CONNECT db.acme.test:5432 HTTP/1.1', 'CONNECT 10.1.2.3:5432 HTTP/1.1']);
  });

  test('of `any`, what is public is asked of it, though nothing else leads there, and what is not is never', async () => {
    const { egress, asked } = await company();
    const answers = await hearBy(egress, 'any', ['8.8.8.8:9', 'localhost:9', '10.1.2.3:9'].map(connecting));
    expect(answers.map((answer) => String(answer).slice(9, 12))).toEqual(['200', '403', '403']);
    expect(asked).toEqual(['CONNECT 8.8.8.8:9 HTTP/1.1']);
  });
});

test('no port of the machine is opened: another account finds nothing to connect to', async () => {
  const before = listeners();
  const { port } = await serve('welcome');
  const staying = staged(
    [`localhost:${port}`, `127.0.0.1:${port}`],
    [{ ...connecting(`localhost:${port}`), wait: 2500 }],
  );
  const running = staying.inside();
  await new Promise((done) => void setTimeout(done, 1500));
  const during = listeners().filter((place) => !before.includes(place) && !place.endsWith(`:${port}`));
  expect(during).toEqual([]);
  await expect(connectTo(3128)).rejects.toThrow('ECONNREFUSED');
  expect((await running).said).toContain('welcome');
});

/** The ports that this machine listens on, and Unix sockets with a name. */
function listeners(): string[] {
  const tcp = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'latin1')
      .split('\n')
      .flatMap((line) => {
        const [, local = '', , state] = line.trim().split(/\s+/);
        return state === '0A' ? [`:${Number.parseInt(local.split(':')[1] ?? '', 16)}`] : [];
      }),
  );
  return tcp;
}

async function connectTo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

test('real programs reach a host by the proxy, with its certificate checked, and no other', async () => {
  const arena = makeArena();
  const { key, cert } = certificate(arena.make('tls'));
  const server = createTlsServer({ key, cert }, (socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nwelcome\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const attack = {
    script: 'use-curl.sh',
    args: [`https://localhost:${port}/`, arena.at('tls/cert.pem')],
    granted: { network: [`localhost:${port}`, `127.0.0.1:${port}`], files: { read: [arena.at('tls/cert.pem')] } },
  };
  expectGot(await new Staged(arena, attack).inside());
  const { said } = await new Staged(arena, {
    ...attack,
    args: ['https://evil.example/', arena.at('tls/cert.pem')],
  }).inside();
  expect(said).toBe('curl ended with 56'); // the proxy said no
});

/** A certificate for `localhost`, by openssl. */
function certificate(directory: string): { key: string; cert: string } {
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  );
  chmodSync(cert, 0o644);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
