import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encode, type CompiledKey } from '../../../src/policy/compiled-form.ts';
import { layerOf } from '../../kit/decide.ts';

const TEXT = `version: 1
runAs: mcp
programPath: [/usr/bin]
servers:
  short: node
  crm:
    command: /opt/acme/bin/crm
    args: ["--quiet", { path: write }, { oneOf: [a, 1, true], integer: [1, 2], match: "a+", maxLength: 3, optional: true }, { rest: { equals: x } }]
    state: [data]
    sha256: ${'a'.repeat(64)}
    env: { LOG_LEVEL: warn }
    pass: [TZ, "REGION?"]
    cwd: project
    files: { read: [~/notes], write: [/srv/data] }
    limits: { memory: 1GiB, idle: 1h }
    unsafe: [host-network, unlocked]
    tools: {}
  files:
    command: npx
    args: [-y, -p, "@acme/files@1.2.3", serve, { path: read }]
    files: { read: [/srv/data] }
  image: oci:acme/crm@sha256:${'a'.repeat(64)}
audit: none
`;
const KEY: CompiledKey = { version: '1.2.3', kind: 'user', texts: [{ file: '/p.yaml', text: TEXT }] };
const POLICY = layerOf(TEXT, '/p.yaml');
const FORM = encode(KEY, POLICY);

test('what was compiled is what is read', () => {
  expect(decode(KEY, FORM)).toEqual(POLICY);
});

describe('is not taken', () => {
  test.each([
    ['by another version of us', { version: '1.2.4' }],
    ['of another kind', { kind: 'managed' as const }],
    ['for another file', { texts: [{ file: '/q.yaml', text: TEXT }] }],
    ['for another text', { texts: [{ file: '/p.yaml', text: `${TEXT}#` }] }],
    ['for an empty text', { texts: [{ file: '/p.yaml', text: '' }] }],
    ['for another file beside it', { texts: [...KEY.texts, { file: '/q.yaml', text: '' }] }],
    ['for no text', { texts: [] }],
  ])('%s', (_title, other) => {
    expect(decode({ ...KEY, ...other }, FORM)).toBeUndefined();
  });

  test.each([
    ['empty', ''],
    ['cut off', FORM.slice(0, -1)],
    ['longer than it was', `${FORM}}`],
    ['null', 'null'],
    ['a list', '[]'],
    ['a key alone', JSON.stringify(KEY)],
    ['of a policy of another file', JSON.stringify({ ...KEY, layer: { ...POLICY, files: ['/q.yaml'] } })],
  ])('when it is %s', (_title, json) => {
    expect(decode(KEY, json)).toBeUndefined();
  });

  test.each(Array.from({ length: 32 }, (_, index) => Math.floor((FORM.length * index) / 32)))(
    'cut off at %i',
    (end) => {
      expect(decode(KEY, FORM.slice(0, end))).toBeUndefined();
    },
  );
});

type Step = string | number;

/** The way to every node of a JSON value. */
function waysIn(value: unknown, way: readonly Step[] = []): (readonly Step[])[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => waysIn(one, [...way, Array.isArray(value) ? Number(key) : key]))
      : [];
  return [way, ...inner];
}

/** The form with the node at the end of a way taken out, or another put in its place. */
function damaged(way: readonly Step[], put: unknown): string {
  const form: unknown = JSON.parse(FORM);
  const last = way.at(-1);
  let node: unknown = form;
  for (const step of way.slice(0, -1)) node = Reflect.get(Object(node), step);
  if (last === undefined) return JSON.stringify(put) ?? '';
  if (put !== undefined) Reflect.set(Object(node), last, put);
  else if (Array.isArray(node)) node.splice(Number(last), 1);
  else Reflect.deleteProperty(Object(node), last);
  return JSON.stringify(form);
}

const ways = waysIn(JSON.parse(FORM));

/** Whatever a decision reads of it has the type that it relies on. */
function expectSound(json: string): void {
  const policy = decode(KEY, json);
  if (!policy) return;
  for (const server of policy.servers) {
    const words = [
      server.command,
      ...server.args.filter((one) => !('slot' in one)),
      ...server.state,
      ...server.read,
      ...server.write,
      ...server.unsafe,
      ...server.postponed,
    ];
    const limits = Object.values(server.limits);
    expect(limits.every(({ value, at }) => Number.isInteger(value) && Number.isInteger(at.line))).toBe(true);
    const named = [...server.env, ...server.pass];
    expect(words.every((one) => 'value' in one && typeof one.value === 'string' && Number.isInteger(one.at.line))).toBe(
      true,
    );
    expect(named.every(({ name, at }) => typeof name === 'string' && Number.isInteger(at.line))).toBe(true);
    expect(typeof server.id).toBe('string');
    const slots = server.args.flatMap((one) => ('slot' in one ? [one] : []));
    expect(slots.every(({ rest, optional }) => typeof rest === 'boolean' && typeof optional === 'boolean')).toBe(true);
    expect(slots.every(({ slot }) => slot.oneOf === undefined || Array.isArray(slot.oneOf))).toBe(true);
  }
}

describe('damaged, it is not half believed', () => {
  test.each(['', 'x', 0, 1.5, true, null, [], {}, [null], { value: 'x' }])('wherever %j is put', (put) => {
    for (const way of ways) expectSound(damaged(way, put));
  });

  test('wherever anything is put', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ways), fc.jsonValue({ maxDepth: 2 }), (way, put) => {
        expectSound(damaged(way, put));
      }),
      { numRuns: 1000 },
    );
  });

  // An entry less is another policy, not a damaged one; `version`, `kind` and `texts` hold the key.
  const members = ways.filter((way) => typeof way.at(-1) === 'string');
  // Of a matcher, too: what is left of it is a matcher that says less, which only who may write here can make it say.
  const OPTIONAL = [
    'programPath',
    'runAs',
    'sha256',
    'identity',
    'bin',
    'cwd',
    'path',
    'oneOf',
    'integer',
    'match',
    'maxLength',
    'equals',
    'memory',
    'idle',
  ];
  test.each(members.map((way) => [way.join('.'), way] as const))('without %s', (_title, way) => {
    const policy = decode(KEY, damaged(way, undefined));
    if (OPTIONAL.includes(String(way.at(-1)))) expect(policy).toBeDefined();
    else expect(policy).toBeUndefined();
  });

  test.each([
    ['unsafe', 'everything'],
    ['unsafe', ''],
  ])('an `%s` entry %j that nobody knows', (_key, name) => {
    expect(decode(KEY, damaged(['layer', 'servers', 1, 'unsafe', 0, 'value'], name))).toBeUndefined();
  });
});
