import { describe, expect, test } from 'vitest';
import { parseLayer } from '../../../src/policy-text/parse-policy.ts';

/** Everything that is wrong with a text: `line:column ident message; hint`. */
function faults(text: string): string[] {
  const decision = parseLayer('user', [{ file: 'p.yaml', text }]);
  if (decision.allowed) return [];
  return decision.findings.map(
    ({ ident, message, hint, place }) => `${place?.line}:${place?.column} ${ident} ${message}; ${hint}`,
  );
}

/** The keys of the server `crm`, one a line from line 4 on, each from column 5. */
const crm = (...keys: readonly string[]): string =>
  ['version: 1', 'servers:', '  crm:', ...keys.map((key) => `    ${key}`), ''].join('\n');

const NODE = 'command: node';
const PLAIN = 'a policy is plain YAML: one document, each key once, no anchors, no tags';

describe('a server', () => {
  test.each<[keys: string[], expected: string]>([
    [[NODE, 'netwrk: none'], '5:5 policy-unknown-key unknown key `netwrk`; did you mean `network`?'],
    [[NODE, 'Args: []'], '5:5 policy-unknown-key unknown key `Args`; did you mean `args`?'],
    [[NODE, 'files: { wirte: [] }'], '5:14 policy-unknown-key unknown key `wirte`; did you mean `write`?'],
    [
      [NODE, 'files: { everything: [] }'],
      '5:14 policy-unknown-key unknown key `everything`; known here: read, write, hide',
    ],
    [
      ['args: []'],
      '3:3 policy-missing-key `crm` has no `command`; write `command:` with an absolute path, or a name to be found on `programPath`',
    ],
    [
      ['command: 5'],
      '4:14 policy-value `command` must be a string, not a number; write `"5"`: without quotes it is a number',
    ],
    [['command: ""'], '4:14 policy-value '],
    [['command:'], '4:5 policy-value `command` must be a string, not empty; write a value after it'],
    [
      ['command: node server.js'],
      '4:14 policy-value `node server.js` is neither an absolute path nor a bare name; nothing splits this text: the program alone here, each argument in `args`',
    ],
    [
      ['command: ./node'],
      '4:14 policy-value `./node` is neither an absolute path nor a bare name; write an absolute path, or a bare name to be found on `programPath`',
    ],
    [['command: bin/node'], '4:14 policy-value `bin/node` is neither'],
    [['command: /usr/bin/../node'], '4:14 policy-value `/usr/bin/../node` is neither'],
    [['command: /usr/bin/'], '4:14 policy-value `/usr/bin/` is neither'],
    [['command: -node'], '4:14 policy-value `-node` is neither'],
    [['command: ["node"]'], '4:14 policy-value `command` must be a string, not a list'],
    [
      [NODE, 'args: x'],
      '5:11 policy-value `args` must be a list, not a string; a list of strings: `args: ["--quiet"]`',
    ],
    [[NODE, 'args: [1]'], '5:12 policy-value `args[0]` cannot be a number'],
    [
      [NODE, 'args: [~/x]'],
      '5:12 policy-value `~/x` is not expanded: arguments are taken literally; write the absolute path',
    ],
    [[NODE, 'args: ["a\\0b"]'], '5:12 policy-value '],
    [
      [NODE, 'sha256: ABC'],
      '5:13 policy-value `sha256` must be 64 lower-case hexadecimal digits; print it with `sha256sum FILE`',
    ],
    [[NODE, 'env: { A: 1 }'], '5:15 policy-value `env.A` must be a string, not a number'],
    [[NODE, 'env: { 1A: x }'], '5:12 policy-value `1A` must be the name of a variable'],
    [[NODE, 'env: { "A=B": x }'], '5:12 policy-value `A=B` must be the name of a variable'],
    [[NODE, 'env: { A: "x\\0" }'], '5:15 policy-value '],
    [
      [NODE, 'pass: TZ'],
      '5:11 policy-value `pass` must be a list, not a string; a list of names: `pass: [TZ, "REGION?"]`',
    ],
    [[NODE, 'pass: ["A B"]'], '5:12 policy-value '],
    [[NODE, 'cwd: here'], '5:10 policy-value '],
    [[NODE, 'cwd: projekt'], '5:10 policy-value '],
    [
      [NODE, 'cwd: /srv/../x'],
      '5:10 policy-value `cwd` must be an absolute path, without `.`, `..`, doubled or trailing slashes',
    ],
    [
      [NODE, 'files: { read: [data] }'],
      '5:21 policy-value `files.read[0]` must be an absolute path or start with `~/`',
    ],
    [[NODE, 'files: { read: [/srv/] }'], '5:21 policy-value `files.read[0]` must be an absolute path'],
    [[NODE, 'files: { read: [~bob/x] }'], '5:21 policy-value `files.read[0]` must be an absolute path'],
    [[NODE, 'files: { read: [~/../x] }'], '5:21 policy-value `files.read[0]` must be an absolute path'],
    [[NODE, 'network: some'], '5:14 policy-value `network` cannot be `some`; write `[some]`, or one of none, any'],
    [[NODE, 'network: noen'], '5:14 policy-value `network` cannot be `noen`; did you mean `none`?'],
    [[NODE, 'unsafe: [no-sandbx]'], '5:14 policy-value `unsafe` knows no `no-sandbx`; did you mean `no-sandbox`?'],
    [[NODE, 'unsafe: [all]'], '5:14 policy-value `unsafe` knows no `all`; one of no-sandbox, '],
    [[NODE, 'unsafe: no-sandbox'], '5:13 policy-value `unsafe` must be a list, not a string'],
    [
      [NODE, 'unsafe: [no-sandbox]', 'network: none'],
      '6:5 policy-meaningless `network` means nothing with `unsafe: [no-sandbox]`; remove `network`, or `no-sandbox` from `unsafe`',
    ],
    [[NODE, 'unsafe: [no-sandbox]', 'files: {}'], '6:5 policy-meaningless `files` means nothing'],
    [[NODE, 'unsafe: [no-sandbox]', 'state: []'], '6:5 policy-meaningless `state` means nothing'],
    [
      [NODE, 'unsafe: [host-network]', 'network: any'],
      '6:5 policy-meaningless `network` means nothing with `unsafe: [host-network]`',
    ],
    [[NODE, 'unsafe: [no-guard]', 'tools: {}'], '6:5 policy-meaningless `tools` means nothing'],
    [[NODE, 'command: sh'], `5:5 policy-syntax \`command\` is written twice; ${PLAIN}`],
    [[NODE, 'env: { A: x, A: y }'], '5:18 policy-syntax `A` is written twice'],
    [[NODE, 'args: &all [x]'], `5:16 policy-syntax anchors and aliases are not read here; ${PLAIN}`],
    [[NODE, 'env: { A: &a x, B: *a }'], '5:18 policy-syntax anchors and aliases are not read here'],
    [[NODE, '<<: { args: [x] }'], '5:5 policy-syntax `<<` cannot be a key'],
    [[NODE, '__proto__: { args: [x] }'], '5:5 policy-syntax `__proto__` cannot be a key'],
    [[NODE, '"__proto__": x'], '5:5 policy-syntax `__proto__` cannot be a key'],
    [[NODE, '"\\x5f_proto__": x'], '5:5 policy-syntax `__proto__` cannot be a key'],
    [[NODE, 'env: { constructor: x }'], '5:12 policy-syntax `constructor` cannot be a key'],
    [[NODE, 'args: !!js/function x'], '5:11 policy-syntax '],
    [[NODE, 'args: !mine [x]'], '5:11 policy-syntax '],
    [[NODE, '? [a]', ': x'], '5:7 policy-syntax '],
    [[NODE, '1: x'], '5:5 policy-'],
    [[NODE, 'args: [x'], '6:1 policy-syntax '],
    [['\tcommand: node'], '4:5 policy-syntax '],
  ])('%j: %s', (keys, expected) => {
    const found = faults(crm(...keys));
    expect(found[0]).toContain(expected);
    expect(found[0]).not.toMatch(/; $/);
  });
});

describe('the top', () => {
  test.each([
    ['servers: {}', '1:1 policy-missing-key the policy has no `version`; write `version: 1` at the top'],
    [
      'version: 1',
      '1:1 policy-missing-key the policy has no `servers`; write `servers:` and below it one entry for each server',
    ],
    ['version: 2\nservers: {}', '1:10 policy-value `version` cannot be `2`; '],
    ['version: "1"\nservers: {}', '1:10 policy-value `version` cannot be `"1"`; write `version: 1`'],
    ['version: 1\nservers: []', '2:10 policy-value `servers` must be a map, not a list'],
    ['version: 1\nservers:', '2:1 policy-value `servers` must be a map, not empty'],
    ['version: 1\nservers: { CRM: node }', '2:12 policy-value `CRM` must be 1 to 64 of `a-z`'],
    ['version: 1\nservers: { -crm: node }', '2:12 policy-value `-crm` must be 1 to 64 of `a-z`'],
    ['version: 1\nservers: { "a/b": node }', '2:12 policy-value `a/b` must be 1 to 64 of `a-z`'],
    [`version: 1\nservers: { ${'x'.repeat(65)}: node }`, '2:12 policy-value `xxx'],
    ['version: 1\nservers: { crm: 5 }', '2:17 policy-value `crm` cannot be a number'],
    ['version: 1\nservers: { crm: null }', '2:12 policy-value `crm` cannot be empty'],
    ['version: 1', '1:1 policy-missing-key the policy has no `servers`'],
    ['version: 1\nservers: {}\nsevers: {}', '3:1 policy-unknown-key unknown key `severs`; did you mean `servers`?'],
    ['version: 1\nservers: {}\nprogramPath: [bin]', '3:15 policy-value `programPath[0]` must be an absolute path'],
    ['version: 1\nservers: {}\nprogramPath: /usr/bin', '3:14 policy-value `programPath` must be a list, not a string'],
    ['version: 1\nservers: {}\nrunAs: 0', '3:8 policy-value `runAs` must be a string, not a number'],
    ['version: 1\nservers: {}\nrunAs: "a:b"', '3:8 policy-value `runAs` must be the name of an account'],
    ['version: 1\nversion: 1\nservers: {}', '2:1 policy-syntax `version` is written twice'],
    ['version: 1\nservers: {}\n---\nversion: 1\n', '3:1 policy-syntax '],
    ['%YAML 1.1\n---\nversion: 1\nservers: {}\n', '1:1 policy-syntax a policy is YAML 1.2'],
    ['', '1:1 policy-'],
    ['[]', '1:1 policy-value the policy must be a map, not a list'],
    ['just words', '1:1 policy-value the policy must be a map, not a string'],
  ])('%j: %s', (text, expected) => {
    const found = faults(text);
    expect(
      found.some((fault) => fault.includes(expected)),
      found.join('\n'),
    ).toBe(true);
  });
});

test('everything that is wrong is told, each at its own place', () => {
  const found = faults(crm('netwrk: none', 'args: [1]', 'sha256: x', 'unsafe: [all]'));
  expect(found.map((fault) => fault.split(' ', 2).join(' ')).toSorted()).toEqual([
    '3:3 policy-missing-key',
    '4:5 policy-unknown-key',
    '5:12 policy-value',
    '6:13 policy-value',
    '7:14 policy-value',
  ]);
});

test('messages begin in lower case and end without a full stop', () => {
  const texts = [
    crm('args: [1]'),
    crm(NODE, 'args: [x'),
    crm(NODE, NODE),
    'version: 2',
    '[]',
    crm(NODE, 'pass: ["A B"]'),
  ];
  for (const fault of texts.flatMap(faults)) {
    const [, message = ''] = /^\S+ \S+ (.*)$/s.exec(fault) ?? [];
    expect(message).toMatch(/^[`a-z]/);
    expect(message.split('; ', 1)[0]).not.toMatch(/\.$/);
    expect(fault).not.toMatch(/invalid input/i);
  }
});
