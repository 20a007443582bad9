import { describe, expect, test } from 'vitest';
import type { Argument, Placed, ServerPolicy } from '../../../src/policy/policy.ts';
import { layerOf } from '../../kit/decide.ts';

// With letters: digits alone would be a number.
const HASH = 'a'.repeat(64);

const TEXT = `# reviewed by anna
version: 1
runAs: mcp
programPath: [/opt/acme/bin, /usr/bin]
servers:
  short: crm-mcp

  crm:
    command: /opt/acme/bin/crm
    args: ["--quiet", '']
    sha256: ${HASH}
    env: { LOG_LEVEL: warn, EMPTY: "" }
    pass: [TZ, "REGION?"]
    cwd: project
    files:
      read: [~/notes]
      write:
        - /srv/data
    unsafe: [host-network]
    tools: { "*": allow }
audit: none
`;

const policy = layerOf(TEXT, '/p.yaml');
const [short, crm] = policy.servers;

/** What stands in the text at a place. */
function at({ line, column, length }: Placed<string>['at']): string {
  return TEXT.split('\n')[line - 1]?.slice(column - 1, column - 1 + length) ?? '';
}

test('a string is a `command` alone', () => {
  expect(short).toMatchObject({ id: 'short', command: { value: 'crm-mcp' }, args: [], env: [], pass: [], unsafe: [] });
  expect(short && at(short.command.at)).toBe('crm-mcp');
});

const words = (args: readonly Argument[] | undefined): string[] =>
  (args ?? []).map((one) => ('value' in one ? one.value : 'a slot'));
const values = (list: readonly Placed<string>[] | undefined): string[] => (list ?? []).map(({ value }) => value);

test('what is written is what is read', () => {
  expect(policy.runAs?.value).toBe('mcp');
  expect(values(policy.programPath)).toEqual(['/opt/acme/bin', '/usr/bin']);
  expect(values(policy.postponed)).toEqual(['audit']);
  expect(crm?.command.value).toBe('/opt/acme/bin/crm');
  expect(words(crm?.args)).toEqual(['--quiet', '']);
  expect(crm?.env.map(({ name, value }) => [name, value])).toEqual([
    ['LOG_LEVEL', 'warn'],
    ['EMPTY', ''],
  ]);
  expect(crm?.pass.map(({ name, optional }) => [name, optional])).toEqual([
    ['TZ', false],
    ['REGION', true],
  ]);
  expect([crm?.cwd?.value, crm?.sha256?.value]).toEqual(['project', HASH]);
  expect([values(crm?.read), values(crm?.write), values(crm?.unsafe)]).toEqual([
    ['~/notes'],
    ['/srv/data'],
    ['host-network'],
  ]);
  expect(values(crm?.postponed)).toEqual(['tools']);
});

describe('every rule has its place', () => {
  const places: [string, (server: ServerPolicy) => Placed<string>['at'] | undefined, string, number][] = [
    ['the entry', (server) => server.at, 'crm', 8],
    ['the command', (server) => server.command.at, '/opt/acme/bin/crm', 9],
    ['the first argument', (server) => server.args[0]?.at, '"--quiet"', 10],
    ['the second argument', (server) => server.args[1]?.at, "''", 10],
    ['the hash', (server) => server.sha256?.at, HASH, 11],
    ['a literal, at its name', (server) => server.env[0]?.at, 'LOG_LEVEL', 12],
    ['a passed name', (server) => server.pass[1]?.at, '"REGION?"', 13],
    ['the directory', (server) => server.cwd?.at, 'project', 14],
    ['a path to read', (server) => server.read[0]?.at, '~/notes', 16],
    ['a path to write', (server) => server.write[0]?.at, '/srv/data', 18],
    ['what is given up', (server) => server.unsafe[0]?.at, 'host-network', 19],
    ['what is not enforced yet, at its name', (server) => server.postponed[0]?.at, 'tools', 20],
  ];
  test.each(places)('%s', (_title, placeOf, written, line) => {
    const place = crm && placeOf(crm);
    expect(place && [place.file, place.line, at(place)]).toEqual(['/p.yaml', line, written]);
  });

  test('those at the top too', () => {
    expect([policy.runAs, policy.programPath?.[1], policy.postponed[0]].map((one) => one && at(one.at))).toEqual([
      'mcp',
      '/usr/bin',
      'audit',
    ]);
  });
});

test.each([
  ['JSON', '{"version": 1, "servers": {"crm": {"command": "node", "args": ["/srv/crm.js"]}}}'],
  ['YAML in flow style', '{ version: 1, servers: { crm: { command: node, args: [/srv/crm.js] } } }'],
  ['YAML with a byte order mark', '\uFEFFversion: 1\nservers: { crm: { command: node, args: [/srv/crm.js] } }\n'],
  ['lines that end in CRLF', 'version: 1\r\nservers:\r\n  crm:\r\n    command: node\r\n    args: [/srv/crm.js]\r\n'],
  ['a document’s start and end', '---\nversion: 1\nservers: { crm: { command: node, args: [/srv/crm.js] } }\n...\n'],
])('the same is said by %s', (_title, text) => {
  const [server] = layerOf(text).servers;
  expect([server?.command.value, ...words(server?.args)]).toEqual(['node', '/srv/crm.js']);
});

test.each(['', '%YAML 1.2\n---\n'])('words stay words, also after %j', (directive) => {
  // YAML 1.1 took these for a truth, a number, a date.
  const text = `${directive}version: 1\nservers: { crm: { command: node, args: ["1", no, 12:30:45, 2026-01-01, off] } }\n`;
  expect(words(layerOf(text).servers[0]?.args)).toEqual(['1', 'no', '12:30:45', '2026-01-01', 'off']);
});

test.each(['a', '0', 'a.b_c-d', 'x'.repeat(64)])('`%s` is an id', (id) => {
  expect(layerOf(`version: 1\nservers:\n  ${JSON.stringify(id)}: node\n`).servers[0]?.id).toBe(id);
});

test('a policy may have no servers', () => {
  expect(layerOf('version: 1\nservers: {}\n').servers).toEqual([]);
});

test('its values are those of JSON', () => {
  expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
});
