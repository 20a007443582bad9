import { describe, expect, test } from 'vitest';
import { crm, verdict } from '../kit/verdict.ts';

/** Wrong values of every form, of which each must be told to a person. */
const WRONG = [
  ...['command: 5', 'command: "a\\0b"', 'args: 5', 'args: [[x]]', 'args: [{ path: 1 }]'],
  ...['args: [{ maxLength: a }]', 'args: [{ equals: { a: b } }]', 'args: [{ rest: x }]', 'args: [{ default: a }]'],
  ...['sha256: {}', 'env: 5', 'env: { "": x }', 'env: { A: [] }', 'pass: 5', 'pass: [5]', 'pass: [{ A: 1 }]'],
  ...['cwd: 5', 'cwd: ""', 'state: {}', 'state: [[]]', 'files: x', 'files: { read: {} }'],
  ...['network: 5', 'network: [5]', 'network: { a: b }', 'limits: 5', 'limits: { memory: {} }'],
  ...['limits: { openFiles: many }', 'tools: x', 'tools: { a: 5 }', 'tools: { a: [] }', 'tools: { "": allow }'],
  ...['tools: { a: { calls: 5 } }', 'tools: { a: { confirm: perhaps } }', 'tools: { a: { arguments: [] } }'],
  ...['prompts: { a: b }', 'client: []', 'client: { roots: {} }', 'examples: []'],
  ...['examples: { deny: {} }', 'examples: { allow: [5] }', 'unsafe: {}'],
  ...['unsafe: [5]', 'unsafe: [[]]', 'secrets: { A: 5 }', 'secrets: []'],
];

describe('what is wrong is told in the words of a person', () => {
  test.each(WRONG)('%s', async (key) => {
    const { is, says } = await verdict(crm(key));
    expect(is).toMatch(/^policy-/);
    expect(says).toMatch(/^[`a-z]/);
    expect(says).not.toMatch(OF_THE_LIBRARY);
  });
});

/** What zod and JavaScript call things. */
const OF_THE_LIBRARY = /invalid|expected|undefined|NaN|\bpattern \/|[<>]=?\d|\bobject\b|\barray\b|\brecord\b/i;

describe('what is meant is guessed', () => {
  test.each([
    ['an expression of nothing', 'args: [{ match: "" }]'],
    ['an empty pattern', 'files: { hide: [""] }'],
    ['an empty host', 'network: [""]'],
    ['an empty URI', 'resources: { "": allow }'],
    ['a call of no tool', 'examples: { allow: [{ tool: "" }] }'],
    ['a command of no words', 'secrets: { A: { cmd: [] } }'],
    ['a count of none', 'limits: { processes: 0 }'],
    ['a range with one end', 'args: [{ integer: [1] }]'],
    ['a choice of nothing', 'args: [{ oneOf: [] }]'],
    ['less than no length', 'args: [{ maxLength: -1 }]'],
    ['a name that is none, of a value that is judged', 'pass: [{ "A B": { equals: x } }]'],
    ['a secret from nowhere', 'secrets: { A: { as: file } }'],
  ])('%s: %s', async (_title, key) => {
    expect((await verdict(crm(key))).says).not.toMatch(OF_THE_LIBRARY);
  });

  test.each([
    ['a number among arguments, which wants quotes', 'args: ["--port", 8080]', '"8080"'],
    ['a number in `env`, which wants quotes', 'env: { PORT: 8080 }', '"8080"'],
    ['one name without its list', 'unsafe: unlocked', '[unlocked]'],
    ['one host without its list', 'network: api.example.com', '[api.example.com]'],
    ['one path without its list', 'files: { read: ~/notes }', '[~/notes]'],
    ['a directory that is no word', 'cwd: data', '`project`'],
    ['a home that YAML takes for nothing', 'files: { read: [~] }', '"~"'],
    ['a host that is not one', 'args: [{ host: false }]', '`host: true`'],
  ])('%s: %s', async (_title, key, meant) => {
    expect((await verdict(crm(key))).says).toContain(meant);
  });

  test('a version in quotes: `did you mean 1?` of `1`', async () => {
    expect((await verdict('version: "1"\nservers: {}\n')).says).toContain('write `version: 1`');
  });

  test.each([
    ['a slot', 'args: [{ pth: read }]'],
    ['a row of a tool', 'tools: { a: { confrim: true } }'],
    ['a secret', 'secrets: { A: { form: "env:B" } }'],
  ])('a key that is misspelt in %s is one fault, and is told once', async (_title, key) => {
    expect((await verdict(crm(key))).is).toMatch(/^policy-unknown-key at 5:\d+$/);
  });

  test.each([
    ['`~` in `state`, where nothing expands it', 'state: ["~/data"]'],
    ['no variable at all in `pass`', 'pass: [{}]'],
    ['two in one item, which the published schema refuses', 'pass: [{ TZ: { equals: a }, LANG: { equals: a } }]'],
  ])('%s is refused', async (_title, key) => {
    expect((await verdict(crm(key))).is).toMatch(/^policy-/);
  });
});
