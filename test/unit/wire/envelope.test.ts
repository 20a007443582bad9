import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelopes, type Envelope } from '../../../src/wire/envelope.ts';

const request = (id: string | number, method: string): Envelope => ({ kind: 'request', id, method });
const response = (id: string | number): Envelope => ({ kind: 'response', id });
const OTHER: Envelope = { kind: 'other' };

describe('a line holds', () => {
  test.each<[line: string, expected: readonly Envelope[]]>([
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', [request(1, 'ping')]],
    ['{"method":"ping","params":{"id":9},"id":"a"}', [request('a', 'ping')]],
    ['{"jsonrpc":"2.0","id":0,"method":"ping"}', [request(0, 'ping')]],
    ['{"jsonrpc":"2.0","id":"","method":"ping"}', [request('', 'ping')]],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', [response(1)]],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":""}}', [response(1)]],
    ['{"jsonrpc":"2.0","id":null,"error":{}}', [OTHER]],
    ['{"jsonrpc":"2.0","method":"notifications/progress"}', [OTHER]],
    ['{"jsonrpc":"2.0","id":1}', [OTHER]],
    ['{"method":"notifications/cancelled","params":{"requestId":1}}', [{ kind: 'cancellation', id: 1 }]],
    ['{"method":"notifications/cancelled","params":{"requestId":null}}', [OTHER]],
    ['{"method":"notifications/cancelled"}', [OTHER]],
    ['{"jsonrpc":"2.0","id":[1],"method":"ping"}', [OTHER]],
    ['{"jsonrpc":"2.0","id":{"toString":1},"method":"ping"}', [OTHER]],
    ['[{"id":1,"method":"a"},{"id":2,"result":1},3]', [request(1, 'a'), response(2), OTHER]],
    ['[]', []],
    ['', []],
    ['  \r', []],
    ['1', [OTHER]],
    ['null', [OTHER]],
    ['server listening on stdio', [OTHER]],
    ['{"id":1,"method":"ping"', [OTHER]],
    ['{"id":"\\u0061","method":"ping"}', [request('a', 'ping')]],
  ])('%s', (line, expected) => {
    expect(readEnvelopes({ whole: Buffer.from(line) })).toEqual(expected);
  });
});

/** A line of which only the two ends are known. */
const ends = (head: string, tail: string) => ({ head: Buffer.from(head), tail: Buffer.from(tail) });

describe('a long line that begins and ends so holds', () => {
  test.each<[head: string, tail: string, expected: Envelope | undefined]>([
    ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"xx', 'xx"}}', request(7, 'tools/call')],
    ['{"method":"tools/call","params":{"a":"xx', 'xx"},"jsonrpc":"2.0","id":7}', request(7, 'tools/call')],
    ['{"jsonrpc":"2.0","method":"tools/call","params":{"a":"xx', 'xx"},"id":"s"}', request('s', 'tools/call')],
    ['{"jsonrpc":"2.0","id":7,"result":{"a":"xx', 'xx"}}', response(7)],
    ['{"result":{"a":"xx', 'xx"},"jsonrpc":"2.0","id":7}', response(7)],
    ['{"result":{"a":"xx', 'xx"},"jsonrpc":"2.0","id":7}\r', response(7)],
    ['{"jsonrpc":"2.0","id":"a\\"b","result":{"a":"xx', 'xx"}}', undefined],
    ['{"result":{"a":"xx', 'xx"}}', undefined],
    ['xx', 'xx', undefined],
    ['[{"jsonrpc":"2.0","id":7,"method":"a"},', '{"id":8}]', undefined],
  ])('%s … %s', (head, tail, expected) => {
    expect(readEnvelopes(ends(head, tail))).toEqual(expected && [expected]);
  });

  // What stands inside a string of a value is the writer's to choose, and is not the message's id.
  test.each([
    ['{"jsonrpc":"2.0","result":{"text":"xx', 'xx,\\"id\\":7}"}}'],
    ['{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"xx', 'xx","id":7}}'],
  ])('%s … %s: nothing that can be told', (head, tail) => {
    expect(readEnvelopes(ends(head, tail))?.some((one) => one.kind === 'response')).not.toBe(true);
  });
});

test('whatever a line holds, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      expect(Array.isArray(readEnvelopes({ whole: Buffer.from(line) }))).toBe(true);
    }),
  );
});

test('every request that JSON can write is seen with its id', () => {
  const id = fc.oneof(fc.integer(), fc.string());
  fc.assert(
    fc.property(id, fc.string(), fc.jsonValue(), (one, method, params) => {
      const line = JSON.stringify({ jsonrpc: '2.0', id: one, method, params });
      expect(readEnvelopes({ whole: Buffer.from(line) })).toEqual([request(one, method)]);
    }),
  );
});
