import { describe, expect, test } from 'vitest';
import { crm, testRows, verdict } from '../kit/verdict.ts';

/** A policy whose server starts, with this at its end, from line 5 on. */
const top = (...lines: readonly string[]): string => crm() + lines.map((line) => `${line}\n`).join('');

describe('`version`', () => {
  testRows([
    ['missing', 'servers: { crm: node }\n', 'policy-missing-key at 1:1', 'write `version: 1` at the top'],
    ['of tomorrow', 'version: 2\nservers: {}\n', 'policy-value at 1:10', 'write `version: 1`'],
  ]);
});

describe('`servers`', () => {
  testRows([
    ['missing', 'version: 1\n', 'policy-missing-key at 1:1', 'one entry for each server'],
    ['a list', 'version: 1\nservers: [crm]\n', 'policy-value at 2:10', 'must be a map, not a list'],
    [
      'without the one that is asked for',
      'version: 1\nservers: { cmr: node }\n',
      'server-unknown',
      'did you mean `cmr`?',
    ],
    ['empty', 'version: 1\nservers: {}\n', 'server-unknown', 'policy.yaml has no servers'],
    ['under an id in capitals', 'version: 1\nservers: { CRM: node }\n', 'policy-value at 2:12', '1 to 64 of `a-z`'],
    ['under an id with a slash', 'version: 1\nservers: { a/b: node }\n', 'policy-value at 2:12'],
    [
      'under an id that begins with a dash',
      'version: 1\nservers: { -crm: node }\n',
      'policy-value at 2:12',
      'start with a letter or a digit',
    ],
    [
      'with an entry that is a list',
      'version: 1\nservers: { crm: [node] }\n',
      'policy-value at 2:17',
      'cannot be a list',
    ],
    ['with an entry that is empty', 'version: 1\nservers:\n  crm:\n', 'policy-value at 3:3', 'cannot be empty'],
  ]);
});

describe('`programPath`', () => {
  testRows([
    [
      'with the directory of the program',
      `version: 1\nservers: { crm: crm }\nprogramPath: [/opt/acme/bin]\n`,
      'starts',
    ],
    [
      'without it',
      `version: 1\nservers: { crm: crm }\nprogramPath: [/usr/bin]\n`,
      'program-missing at 2:17',
      'in /usr/bin',
    ],
    [
      'with a directory that is not there',
      top('programPath: [/usr/bin, /nowhere]'),
      'program-path at 5:25',
      'remove it from `programPath`',
    ],
    ['relative', top('programPath: [bin]'), 'policy-value at 5:15', 'must be an absolute path'],
    [
      'below the home, which no name can mean',
      top('programPath: [~/bin]'),
      'policy-value at 5:15',
      'must be an absolute path',
    ],
    ['as a shell has it', top('programPath: "/usr/bin:/bin"'), 'policy-value at 5:14', 'must be a list, not a string'],
  ]);
});

describe('`runAs`, `egress` and `audit`', () => {
  testRows([
    ['an account, which only root can change to', top('runAs: mcp'), 'starts'],
    ['a number', top('runAs: 990'), 'policy-value at 5:8', 'must be a string, not a number'],
    ['no account’s name', top('runAs: "mcp:mcp"'), 'policy-value at 5:8', 'must be the name of an account'],
    ['a proxy', top('egress: { proxy: "http://proxy:3128", ca: /etc/ssl/acme.pem }'), 'starts'],
    ['a proxy with a path', top('egress: { proxy: "http://proxy/pac" }'), 'policy-value at 5:18', '`http://HOST:PORT`'],
    [
      'a certificate by a relative path',
      top('egress: { ca: acme.pem }'),
      'policy-value at 5:15',
      'must be an absolute path',
    ],
    ['no records', top('audit: none'), 'not-enforced-yet at 5:1'],
    [
      'records',
      top('audit: { dir: /var/log/msr, arguments: shape, keep: 30d, size: 1GiB }'),
      'not-enforced-yet at 5:1',
    ],
    ['records of something else', top('audit: { arguments: shapes }'), 'policy-value at 5:21', 'did you mean `shape`?'],
    ['records kept for a word', top('audit: { keep: forever }'), 'policy-value at 5:16', '`min`'],
    ['records, yes', top('audit: true'), 'policy-value at 5:8'],
  ]);
});

describe('what belongs to the managed policy is not for yours to say', () => {
  testRows([
    [
      '`ceiling`',
      top('ceiling: { files: { read: [/srv] } }'),
      'policy-layer at 5:1',
      '/etc/mcp-secure-run/policy.yaml',
    ],
    ['`lockdown`', top('lockdown: true'), 'policy-layer at 5:1', 'belongs to the managed policy'],
    ['`lockdown`, even to say no', top('lockdown: false'), 'policy-value at 5:11'],
  ]);

  test.each([
    ['a `ceiling` that admits the program', 'ceiling: { command: [/opt/acme] }', 'starts'],
    ['a `ceiling` that admits another', 'ceiling: { command: [/opt/acme-old] }', 'beyond-ceiling at 4:14'],
    ['a `ceiling` that names no program', 'ceiling: {}', 'beyond-ceiling at 4:14'],
    ['a `ceiling` that is not enforced yet', 'ceiling: { limits: { calls: 60/min } }', 'not-enforced-yet at 5:22'],
    ['`lockdown`', 'lockdown: true', 'starts'],
    ['`ceiling` with a program by its name', 'ceiling: { command: [node] }', 'policy-value at 5:22'],
  ])('%s', async (_title, line, is) => {
    expect((await verdict(top(line), [], undefined, 'managed')).is).toBe(is);
  });
});
