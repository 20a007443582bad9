import { describe, expect, test } from 'vitest';
import { PendingRequests } from '../../../src/wire/pending.ts';

const LONG = 'x'.repeat(20_000);

/** What waits for an answer after this conversation: `>` the client's lines, `<` the server's. */
function waiting(...conversation: readonly string[]): unknown[] {
  const pending = new PendingRequests();
  for (const line of conversation) {
    const bytes = Buffer.from(`${line.slice(2)}\n`);
    if (line.startsWith('>')) pending.clientSent(bytes);
    else pending.serverSent(bytes);
  }
  return [...pending.ids];
}

describe('with `initialize` first', () => {
  const HELLO = [
    '> {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}',
    '< {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{}}}',
    '> {"jsonrpc":"2.0","method":"notifications/initialized"}',
  ];
  test.each<[title: string, more: string[], ids: unknown[]]>([
    ['nothing waits once it is answered', [], []],
    ['a call waits', ['> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}'], [1]],
    [
      'calls wait in the order in which they came',
      ['> {"id":2,"method":"tools/list"}', '> {"id":1,"method":"ping"}', '> {"id":"a","method":"ping"}'],
      [2, 1, 'a'],
    ],
    [
      'an error is an answer',
      ['> {"id":1,"method":"tools/call"}', '< {"id":1,"error":{"code":-32601,"message":"no"}}'],
      [],
    ],
    [
      'a notification is none',
      ['> {"id":1,"method":"tools/call"}', '< {"method":"notifications/progress","params":{"id":1}}'],
      [1],
    ],
    [
      'the server’s own request with that id is none',
      ['> {"id":1,"method":"tools/call"}', '< {"id":1,"method":"sampling/createMessage"}'],
      [1],
    ],
    [
      'the client’s answer to the server waits for nothing',
      ['< {"id":1,"method":"roots/list"}', '> {"id":1,"result":{"roots":[]}}'],
      [],
    ],
    [
      '1 and "1" are two',
      ['> {"id":1,"method":"ping"}', '> {"id":"1","method":"ping"}', '< {"id":"1","result":{}}'],
      [1],
    ],
    [
      'what the client cancelled waits no longer',
      ['> {"id":1,"method":"tools/call"}', '> {"method":"notifications/cancelled","params":{"requestId":1}}'],
      [],
    ],
    [
      'what the server cancels does: that is a request of its own',
      ['> {"id":1,"method":"tools/call"}', '< {"method":"notifications/cancelled","params":{"requestId":1}}'],
      [1],
    ],
    ['noise on stdout is none', ['> {"id":1,"method":"ping"}', '< server listening', '< {"id":1'], [1]],
    [
      'every request of a batch waits',
      ['> [{"id":1,"method":"ping"},{"id":2,"method":"ping"}]', '< [{"id":2,"result":{}}]'],
      [1],
    ],
  ])('%s', (_title, more, ids) => {
    expect(waiting(...HELLO, ...more)).toEqual(ids);
  });
});

describe('without `initialize`, each request with its own `_meta`', () => {
  const META = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
  const CALL = `> {"jsonrpc":"2.0","id":"c-1","method":"tools/call","params":{"name":"add",${META}}}`;
  test.each<[title: string, conversation: string[], ids: unknown[]]>([
    ['the first may be anything', [CALL], ['c-1']],
    [
      'discovery is answered',
      [`> {"id":1,"method":"server/discover","params":{${META}}}`, '< {"id":1,"result":{}}'],
      [],
    ],
    [
      'a result that asks for input is an answer',
      [CALL, '< {"id":"c-1","result":{"resultType":"input_required"}}'],
      [],
    ],
  ])('%s', (_title, conversation, ids) => {
    expect(waiting(...conversation)).toEqual(ids);
  });
});

describe('long messages', () => {
  const CALL = `> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"text":"${LONG}"}}`;
  const PING = '> {"jsonrpc":"2.0","id":2,"method":"ping"}';
  test.each<[title: string, conversation: string[], ids: unknown[]]>([
    ['wait too', [CALL, PING], [1, 2]],
    ['are answers too', [CALL, PING, `< {"jsonrpc":"2.0","id":1,"result":{"text":"${LONG}"}}`], [2]],
    [
      'are answers too, with their id at the end',
      [CALL, PING, `< {"result":{"text":"${LONG}"},"jsonrpc":"2.0","id":1}`],
      [2],
    ],
    // Which of the two it answered cannot be told: better no word than a second answer.
    ['of an unknown build make it forget', [CALL, PING, `< {"result":{"text":"${LONG}"},"id":1,"more":{}}`], []],
    [
      'that are notifications answer nothing',
      [PING, `< {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${LONG}"}}`],
      [2],
    ],
  ])('%s', (_title, conversation, ids) => {
    expect(waiting(...conversation)).toEqual(ids);
  });
});

test('a client that never waits does not fill the memory', () => {
  const pending = new PendingRequests();
  for (let id = 0; id < 5000; id += 1) pending.clientSent(Buffer.from(`{"id":${id},"method":"ping"}\n`));
  expect(pending.ids.length).toBe(1024);
});
