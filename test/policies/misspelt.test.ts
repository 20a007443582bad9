import { describe, expect, test } from 'vitest';
import { crm, entry, testRows, verdict } from '../kit/verdict.ts';

const COMMAND = 'command: /opt/acme/bin/crm';

describe('a key that is written wrongly is told with the right one', () => {
  test.each<[written: string, at: string, meant: string]>([
    ['arg: [x]', '5:5', 'args'],
    ['arguments: [x]', '5:5', 'known here: command, args, sha256,'],
    ['sha-256: abc', '5:5', 'sha256'],
    ['sha265: abc', '5:5', 'sha256'],
    ['envs: {}', '5:5', 'env'],
    ['environment: {}', '5:5', 'known here: command,'],
    ['Pass: [TZ]', '5:5', 'pass'],
    ['secret: {}', '5:5', 'secrets'],
    ['cdw: private', '5:5', 'cwd'],
    ['sate: [data]', '5:5', 'state'],
    ['file: {}', '5:5', 'files'],
    ['files: { raed: [] }', '5:14', 'read'],
    ['files: { writes: [] }', '5:14', 'write'],
    ['files: { hidden: [] }', '5:14', 'hide'],
    ['netwrok: none', '5:5', 'network'],
    ['limit: {}', '5:5', 'limits'],
    ['limits: { memroy: 1GiB }', '5:15', 'memory'],
    ['limits: { openfiles: 5 }', '5:15', 'openFiles'],
    ['tool: {}', '5:5', 'tools'],
    ['promts: {}', '5:5', 'prompts'],
    ['ressources: {}', '5:5', 'resources'],
    ['cleint: {}', '5:5', 'client'],
    ['client: { elicitaton: deny }', '5:15', 'elicitation'],
    ['example: {}', '5:5', 'examples'],
    ['examples: { alow: [] }', '5:17', 'allow'],
    ['unsave: []', '5:5', 'unsafe'],
  ])('`%s` at %s: %s', async (written, at, meant) => {
    const found = await verdict(crm(written));
    expect(found.is.split(', ')[0]).toBe(`policy-unknown-key at ${at}`);
    expect(found.says).toContain(meant.includes(' ') ? meant : `did you mean \`${meant}\`?`);
  });

  testRows([
    [
      'at the top: `server`',
      'version: 1\nserver: {}\nservers: {}\n',
      'policy-unknown-key at 2:1',
      'did you mean `servers`?',
    ],
    ['at the top: `default`', `${crm()}default: {}\n`, 'policy-unknown-key at 5:1', 'did you mean `defaults`?'],
    ['at the top: `path`', `${crm()}path: [/bin]\n`, 'policy-unknown-key at 5:1', 'known here: version, servers,'],
    ['at the top: `run-as`', `${crm()}run-as: mcp\n`, 'policy-unknown-key at 5:1', 'did you mean `runAs`?'],
    ['at the top: `ceilling`', `${crm()}ceilling: {}\n`, 'policy-unknown-key at 5:1', 'did you mean `ceiling`?'],
    ['in `audit`', `${crm()}audit: { fsycn: true }\n`, 'policy-unknown-key at 5:10', 'did you mean `fsync`?'],
    [
      '`comand`, which leaves the entry without one',
      entry('comand: node'),
      'policy-unknown-key at 4:5',
      'did you mean `command`?',
    ],
  ]);
});

describe('several faults are told at once, each at its own place', () => {
  testRows([
    [
      'in one entry',
      crm('netwrk: none', 'args: [1]', 'sha256: x', 'unsafe: [all]'),
      'policy-value at 6:12, policy-value at 7:13, policy-value at 8:14, policy-unknown-key at 5:5',
    ],
    [
      'in two entries and at the top',
      'version: 1\nservers:\n  crm: { comand: x }\n  CRM: { command: x }\naudti: none\n',
      'policy-unknown-key at 3:10, policy-value at 4:3, policy-unknown-key at 5:1',
    ],
    [
      'a key twice, and another',
      entry(COMMAND, COMMAND, 'cwd: private', 'cwd: private'),
      'policy-syntax at 5:5, policy-syntax at 7:5',
    ],
    [
      'of two variables, a path and a directory, once the text is right',
      crm('pass: [A, B]', 'files: { read: [/srv/x] }', 'cwd: /srv/y'),
      'grant-missing at 6:21, cwd-missing at 7:10, env-missing at 5:12, env-missing at 5:15',
    ],
    [
      'of a program and a variable',
      entry('command: /opt/x', 'pass: [A]'),
      'program-missing at 4:14, env-missing at 5:12',
    ],
    [
      'of what is not enforced yet, all of it',
      crm('tools: {}', 'limits: { calls: 1/s }', 'secrets: { A: { from: "env:A", as: request } }'),
      'not-enforced-yet at 5:5, not-enforced-yet at 7:40, not-enforced-yet at 6:15',
    ],
    [
      'of regular expressions',
      crm('args: [{ match: "(" }, { match: ")" }]'),
      'policy-value at 5:12, policy-value at 5:28',
    ],
  ]);
});

describe('what is no plain YAML', () => {
  testRows([
    ['an alias', crm('env: { A: &a x, B: *a }'), 'policy-syntax at 5:18, policy-syntax at 5:24', 'anchors and aliases'],
    ['a merge key', crm('<<: { args: [x] }'), 'policy-syntax at 5:5', '`<<` cannot be a key'],
    ['a tag', crm('args: !!set [x]'), 'policy-syntax at 5:11'],
    ['a second document', `${crm()}---\nversion: 1\n`, 'policy-syntax at 5:1'],
    ['a key of JavaScript', crm('env: { __proto__: x }'), 'policy-syntax at 5:12', 'cannot be a key'],
    ['a bracket that nothing closes', crm('args: [x'), 'policy-syntax at 6:1'],
    ['a tab in front', crm('\targs: [x]'), 'policy-syntax at 5:5'],
  ]);
});
