import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_HEAD, readConnect } from '../../../src/wire/connect-request.ts';

const read = (text: string): string => {
  const request = readConnect(Buffer.from(text, 'latin1'));
  if (!request) return 'more';
  return request.ok ? `${request.target} + ${request.rest.toString('latin1')}` : String(request.status);
};

describe('the head of a request to the proxy', () => {
  test.each([
    ['CONNECT a.example:443 HTTP/1.1\r\n\r\n', 'a.example:443 + '],
    ['CONNECT a.example:443 HTTP/1.0\r\nHost: other.example\r\nX: y\r\n\r\nmore', 'a.example:443 + more'],
    ['CONNECT a.example:443 HTTP/1.1\r\n\r\n\r\n\r\n', 'a.example:443 + \r\n\r\n'],
    ['', 'more'],
    ['CONNECT a.example:443 HTTP/1.1\r\n', 'more'],
    ['CONNECT a.example:443 HTTP/1.1\n\n', 'more'], // until it is too long, or too late
    ['GET http://a.example/ HTTP/1.1\r\n\r\n', '405'],
    ['TRACE a.example:443 HTTP/1.1\r\n\r\n', '405'],
    ['connect a.example:443 HTTP/1.1\r\n\r\n', '405'],
    ['CONNECT a.example:443\r\n\r\n', '400'],
    ['CONNECT a.example:443 HTTP/2.0\r\n\r\n', '400'],
    ['CONNECT  a.example:443 HTTP/1.1\r\n\r\n', '400'],
    ['CONNECT a.example:443 evil HTTP/1.1\r\n\r\n', '400'],
    ['CONNECT a.example\0.evil:443 HTTP/1.1\r\n\r\n', '400'],
    ['CONNECT a.example:443\tHTTP/1.1\r\n\r\n', '400'],
    ['CONNECT a.example:443 HTTP/1.1\nX: y\r\n\r\n', '400'],
    ['CONNECT \xe4.example:443 HTTP/1.1\r\n\r\n', '400'],
    ['\x16\x03\x01\x00\x05\r\n\r\n', '400'],
    [`CONNECT a.example:443 HTTP/1.1\r\nX: ${'y'.repeat(MAX_HEAD)}`, '431'],
    [`CONNECT a.example:443 HTTP/1.1\r\nX: ${'y'.repeat(MAX_HEAD)}\r\n\r\n`, '431'],
  ])('%j: %s', (text, expected) => expect(read(text)).toBe(expected));

  test('any bytes are read, and in whatever pieces they come the answer is the same', () => {
    const piece = fc.oneof(
      fc.constantFrom('CONNECT ', 'a:1', ' HTTP/1.1', '\r\n', '\r\n\r\n', 'GET '),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const whole = pieces.join('');
        const first = Array.from({ length: whole.length + 1 }, (_, end) => read(whole.slice(0, end))).find(
          (answer) => answer !== 'more',
        );
        if (first !== undefined) expect(read(whole).split(' + ')[0]).toBe(first.split(' + ')[0]);
      }),
    );
  });
});
