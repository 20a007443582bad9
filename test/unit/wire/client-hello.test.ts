import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_HELLO, readBeginning } from '../../../src/wire/client-hello.ts';

/** What Node.js's own TLS says first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...options });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [hello] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

const told = (bytes: Buffer): string => {
  const beginning = readBeginning(bytes);
  if (!beginning) return 'more';
  return beginning.kind === 'tls' ? `tls to ${beginning.serverName}` : beginning.kind;
};

/** The same message in records of so many bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    parts.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(parts);
}

describe('a tunnel’s beginning', () => {
  test.each<[ConnectionOptions, string]>([
    [{ servername: 'api.acme.example' }, 'tls to api.acme.example'],
    [{ servername: 'api.acme.example', maxVersion: 'TLSv1.2' }, 'tls to api.acme.example'],
    [{ servername: 'api.acme.example', ALPNProtocols: ['h2', 'http/1.1'] }, 'tls to api.acme.example'],
    [{ servername: '' }, 'tls to undefined'],
  ])('of Node.js’s TLS with %j: %s', async (options, expected) => {
    const hello = await helloOf(options);
    expect(told(hello)).toBe(expected);
    for (let end = 0; end < hello.length; end += 1) expect(told(hello.subarray(0, end))).toBe('more');
    for (const size of [1, 3, 7, 100]) expect(told(inRecords(hello, size))).toBe(expected);
    expect(told(Buffer.concat([hello, hello]))).toBe(expected);
  });

  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'more'],
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'other'],
    ['PostgreSQL, which asks for TLS first', Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), 'other'],
    ['SSL 2', Buffer.from([0x80, 0x2e, 1, 0, 2]), 'other'],
    ['an alert', Buffer.from([21, 3, 3, 0, 2, 1, 0]), 'other'],
    ['a handshake of no version', Buffer.from([22, 2, 0, 0, 5]), 'other'],
    ['another message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]), 'broken'],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0]), 'broken'],
    ['a message that ends before its parts', Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3]), 'broken'],
    ['one that says it is huge', Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255]), 'broken'],
    ['one that never ends', Buffer.concat([Buffer.from([22, 3, 1, 255, 255]), Buffer.alloc(MAX_HELLO)]), 'broken'],
  ])('of %s', (_title, bytes, expected) => expect(told(bytes)).toBe(expected));

  test('with a byte changed never throws, and with two names is read by nobody', async () => {
    const hello = await helloOf({ servername: 'api.acme.example' });
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), fc.nat(hello.length), (at, byte, end) => {
        const changed = Buffer.from(hello);
        changed[at] = byte;
        readBeginning(changed.subarray(0, end));
      }),
      { numRuns: 2000 },
    );
    const name = Buffer.from('api.acme.example');
    const at = hello.indexOf(name);
    const listLength = hello.readUInt16BE(at - 5);
    const twice = Buffer.from(hello);
    // The list says that it is shorter than what its extension holds: another parser may read on.
    twice.writeUInt16BE(listLength - 1, at - 5);
    expect(told(twice)).toBe('broken');
  });
});
