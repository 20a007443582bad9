import { describe, expect, test } from 'vitest';
import { enginesFor } from '../../src/commands/survey.ts';
import { judgingCalls, toolTables } from '../../src/commands/rules-of.ts';
import { answerTool } from '../../src/plan/answer-tool.ts';
import { parseLayer } from '../../src/policy-text/parse-policy.ts';
import { granted, POLICY_FILE } from '../kit/decide.ts';
import { crm, MACHINE, refused, testRows, verdict } from '../kit/verdict.ts';

const FILES = 'files: { read: [~/notes], write: [/srv/data] }';

describe('a slot takes a word of the command line', () => {
  type Fit = readonly [matcher: string, word: string, is: 'fits' | `no: ${string}`];

  test.each<Fit>([
    ['{ equals: on }', 'on', 'fits'],
    ['{ equals: on }', 'On', 'no: is not `on`'],
    ['{ equals: 8080 }', '8080', 'fits'],
    ['{ equals: true }', 'true', 'fits'],
    ['{ equals: --verbose }', '--verbose', 'fits'],
    ['{ equals: "" }', '', 'fits'],
    ['{ oneOf: [dev, prod] }', 'prod', 'fits'],
    ['{ oneOf: [dev, prod] }', 'production', 'no: is not one of `dev`, `prod`'],
    ['{ oneOf: [1, 2] }', '02', 'no: is not one of `1`, `2`'],
    ['{ path: read }', '/home/anna/notes', 'fits'],
    ['{ path: read }', '~/notes/today.md', 'fits'],
    ['{ path: read }', '/srv/data', 'fits'],
    ['{ path: read }', '/etc/passwd', 'no: lies outside `files.read`'],
    ['{ path: write }', '/srv/data', 'fits'],
    ['{ path: write }', '~/notes', 'no: lies outside `files.write`'],
    ['{ path: write }', '/srv/data-old', 'no: lies outside `files.write`'],
    ['{ path: write }', '/srv/data/out/passwd', 'no: lies outside `files.write`: it is /etc/passwd'],
    ['{ path: write }', '/srv/data/new', 'no: is not there'],
    ['{ path: write }', '/srv/data/../data', 'no: must be an absolute path'],
    ['{ path: write }', 'data', 'no: must be an absolute path'],
    ['{ path: write }', '--data', 'no: must be an absolute path'],
    ['{ integer: [1, 65535] }', '8080', 'fits'],
    ['{ integer: [1, 65535] }', '0', 'no: must be a whole number from 1 to 65535'],
    ['{ integer: [1, 65535] }', '08', 'no: must be a whole number'],
    ['{ integer: [1, 65535] }', '1e3', 'no: must be a whole number'],
    ['{ integer: [-5, 5] }', '-5', 'fits'],
    ['{ match: "[a-z]+" }', 'abc', 'fits'],
    ['{ match: "[a-z]+" }', 'abc1', 'no: does not match `[a-z]+`'],
    ['{ match: ".*" }', '--config=/x', 'no: starts with a dash, which free text never does'],
    ['{ match: "-.*" }', '-x', 'no: starts with a dash'],
    ['{ maxLength: 3 }', 'abc', 'fits'],
    ['{ maxLength: 3 }', '💥💥💥', 'fits'],
    ['{ maxLength: 3 }', 'abcd', 'no: is longer than 3 characters'],
    ['{ maxLength: 3 }', '-a', 'no: starts with a dash'],
    ['{ match: "[a-z]*", maxLength: 2 }', 'abc', 'no: is longer than 2 characters'],
  ])('`%s` and %j: %s', async (matcher, word, is) => {
    const found = await verdict(crm(`args: [${matcher}]`, FILES), [word]);
    if (is === 'fits') return expect(found.is).toMatch(/^starts /);
    expect(found.is).toBe('argument-refused at 5:12');
    expect(found.says).toContain(`\`${word}\` ${is.slice('no: '.length)}`);
  });
});

describe('slots take words in their order', () => {
  const two = crm('args: [--env, { oneOf: [dev, prod] }, --port, { integer: [1, 9] }]');
  const optional = crm('args: [{ oneOf: [dev, prod], optional: true }]');
  const given = crm('args: [{ oneOf: [dev, prod], default: dev }]');
  const rest = crm('args: [serve, { rest: { match: "[a-z]+" } }]');

  test.each<[title: string, policy: string, words: string[], is: string]>([
    ['two slots, each behind its text', two, ['dev', '5'], 'starts --env dev --port 5'],
    ['the second one is missing', two, ['dev'], 'argument-missing at 5:51'],
    ['both do not fit', two, ['x', '10'], 'argument-refused at 5:19, argument-refused at 5:51'],
    ['one too many', two, ['dev', '5', 'more'], 'arguments-not-allowed at 3:3'],
    ['an optional slot, given', optional, ['prod'], 'starts prod'],
    ['an optional slot, left out', optional, [], 'starts'],
    ['an optional slot, wrong', optional, ['x'], 'argument-refused at 5:12'],
    ['a slot with a default, given', given, ['prod'], 'starts prod'],
    ['a slot with a default, left out', given, [], 'starts dev'],
    ['the rest, none', rest, [], 'starts serve'],
    ['the rest, three', rest, ['a', 'b', 'c'], 'starts serve a b c'],
    ['the rest, of which one does not fit', rest, ['a', '-b', 'c'], 'argument-refused at 5:19'],
    ['a default that its own slot refuses', crm('args: [{ oneOf: [a], default: b }]'), [], 'argument-refused at 5:12'],
    ['words where there is no slot', crm(), ['--more'], 'arguments-not-allowed at 3:3'],
  ])('%s', async (_title, policy, words, is) => {
    expect((await verdict(policy, words)).is).toBe(is);
  });
});

describe('an argument of a tool is a value of JSON', () => {
  const RULES = [FILES, 'network: [api.example.com, "db.example.com:5432", .example.org]'];

  test.each<[matcher: string, value: unknown, is: string]>([
    ['{ equals: 1 }', 1, 'fits'],
    ['{ equals: 1 }', '1', '"1" is not `1`'],
    ['{ equals: true }', true, 'fits'],
    ['{ oneOf: [a, 2] }', 2, 'fits'],
    ['{ oneOf: [a, 2] }', null, 'null is not one of `"a"`, `2`'],
    ['{ path: read }', '/home/anna/notes/today.md', 'fits'],
    ['{ path: write }', '/srv/data/a.txt', 'fits'],
    ['{ path: write }', '/home/anna/notes/today.md', 'lies outside `files.write`'],
    ['{ path: write }', ['/srv/data'], 'must be text'],
    ['{ host: true }', 'api.example.com', 'fits'],
    ['{ host: true }', 'API.example.com.:443', 'fits'],
    ['{ host: true }', 'deep.example.org', 'fits'],
    ['{ host: true }', 'db.example.com:5432', 'fits'],
    ['{ host: true }', 'db.example.com', 'is granted by no entry of `network`'],
    ['{ host: true }', '.example.org', 'is granted by no entry of `network`'],
    ['{ host: true }', 'example.net', 'is granted by no entry of `network`'],
    ['{ integer: [1, 9] }', 9, 'fits'],
    ['{ integer: [1, 9] }', 9.5, 'must be a whole number from 1 to 9'],
    ['{ integer: [1, 9] }', '9', 'must be a whole number from 1 to 9'],
    ['{ match: "[a-z ]+" }', 'a b', 'fits'],
    ['{ match: "[a-z ]+" }', 'a\nb', 'does not match'],
    ['{ match: ".*" }', '--force', 'starts with a dash, which free text never does'],
    ['{ maxLength: 5 }', 'sixsix', 'is longer than 5 characters'],
    ['{ maxLength: 5 }', { length: 1 }, 'must be text'],
    ['{ each: { oneOf: [a, b] } }', ['a', 'b', 'a'], 'fits'],
    ['{ each: { oneOf: [a, b] } }', [], 'fits'],
    ['{ each: { oneOf: [a, b] } }', ['a', 'c'], 'does not fit at index 1, which is not one of'],
    ['{ each: { oneOf: [a, b] } }', 'a', 'must be a list'],
    [
      '{ each: { each: { integer: [0, 1] } } }',
      [[0], [1, 2]],
      'does not fit at index 1, which does not fit at index 1',
    ],
  ])('`%s` and %j: %s', (matcher, value, is) => {
    const text = crm(...RULES, `tools: { call: { arguments: { x: ${matcher} } } }`);
    const layer = granted(parseLayer('user', [{ file: POLICY_FILE, text }]));
    const [server] = layer.layer.servers;
    if (!server) throw new Error('no server');
    const context = judgingCalls(server, MACHINE, enginesFor([layer]));
    const answer = answerTool({ tool: 'call', arguments: { x: value } }, server, toolTables([layer], 'crm'), context);
    if (is === 'fits') return expect(answer.allowed || answer.findings).toBe(true);
    const found = refused(answer.allowed ? [] : answer.findings);
    expect(found.is).toBe('tool-denied at 7:35');
    expect(found.says).toContain(is);
  });
});

describe('a matcher that could never be meant is refused', () => {
  testRows([
    ['without a word', crm('args: [{}]'), 'policy-value at 5:12', 'must say what the argument is to be'],
    ['that only says that it may be missing', crm('args: [{ optional: true }]'), 'policy-value at 5:12'],
    ['with an empty list', crm('args: [{ oneOf: [] }]'), 'policy-value at 5:21'],
    [
      'from the greater to the smaller',
      crm('args: [{ integer: [9, 1] }]'),
      'policy-value at 5:23',
      'the smaller one first',
    ],
    ['with another mode', crm('args: [{ path: rw }]'), 'policy-value at 5:20', 'one of read, write'],
    ['that looks ahead', crm('args: [{ match: "a(?=b)" }]'), 'policy-value at 5:12', 'has no linear-time engine'],
    ['that is no expression', crm('args: [{ match: "[a" }]'), 'policy-value at 5:12', 'RE2’s syntax'],
    ['that is none of a variable', crm('pass: [{ TZ: { match: "(" } }]'), 'policy-value at 5:14', 'RE2’s syntax'],
    [
      'that is none of a tool',
      crm('tools: { a: { arguments: { x: { match: "(" } } } }'),
      'policy-value at 5:32',
      'RE2’s syntax',
    ],
    ['`rest` before the last', crm('args: [{ rest: { equals: a } }, b]'), 'policy-value at 5:12', 'write it last'],
    [
      '`rest` with more',
      crm('args: [{ rest: { equals: a }, optional: true }]'),
      'policy-value at 5:12',
      'stands alone',
    ],
    [
      '`optional` with a default',
      crm('args: [{ equals: a, optional: true, default: a }]'),
      'policy-value at 5:12',
      'exclude each other',
    ],
    ['a list of a word', crm('args: [{ each: { equals: a } }]'), 'policy-unknown-key at 5:14'],
    [
      'a default that is a number',
      crm('args: [{ integer: [1, 9], default: 5 }]'),
      'policy-value at 5:40',
      'must be a string',
    ],
  ]);
});
