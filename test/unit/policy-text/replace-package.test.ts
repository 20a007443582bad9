import { describe, expect, test } from 'vitest';
import { replacePackage } from '../../../src/policy-text/replace-package.ts';

const replaced = (text: string, ...ids: readonly string[]): unknown =>
  replacePackage('p.yaml', text, ids, { kind: 'npm', name: '@acme/crm', version: '1.9.0' }, '1.10.0');

const policy = (of: string): string => `version: 1\nservers:\n  crm: ${of}\n`;
const two = (version: string): string => `servers: { a: "npm:@acme/crm@${version}", b: "npm:@acme/crm@${version}" }`;

describe('the version of a package is replaced where an entry has it, and nowhere else', () => {
  test.each<[title: string, entry: string, edited: string]>([
    ['alone', '"npm:@acme/crm@1.9.0" # 1.9.0', '"npm:@acme/crm@1.10.0" # 1.9.0'],
    ['with its program', 'npm:@acme/crm@1.9.0#mail', 'npm:@acme/crm@1.10.0#mail'],
    ['as `command`', "{ command: 'npm:@acme/crm@1.9.0' }", "{ command: 'npm:@acme/crm@1.10.0' }"],
    [
      'as the argument of a launcher, and not as one of the server',
      '{ command: npx, args: [-y, "@acme/crm@1.9.0", "@acme/crm@1.9.0"] }',
      '{ command: npx, args: [-y, "@acme/crm@1.10.0", "@acme/crm@1.9.0"] }',
    ],
    [
      'as the argument of an option',
      '{ command: npx, args: [--package, "@acme/crm@1.9.0", crm] }',
      '{ command: npx, args: [--package, "@acme/crm@1.10.0", crm] }',
    ],
    [
      'as a part of one, before a slot',
      '{ command: npx, args: ["--package=@acme/crm@1.9.0", crm, { path: read }] }',
      '{ command: npx, args: ["--package=@acme/crm@1.10.0", crm, { path: read }] }',
    ],
  ])('%s', (_title, entry, edited) => {
    expect(replaced(policy(entry), 'crm')).toEqual({ text: policy(edited) });
  });

  test.each<[title: string, entry: string, edited: string]>([
    ['of PyPI, with its program', 'pypi:crm-mcp==1.9#mail', 'pypi:crm-mcp==1.10#mail'],
    ['as someone spells its name', '"pypi:Crm_MCP==1.9" # 1.9', '"pypi:Crm_MCP==1.10" # 1.9'],
    [
      'as the argument of uvx',
      '{ command: uvx, args: [crm-mcp@1.9, crm-mcp@1.9] }',
      '{ command: uvx, args: [crm-mcp@1.10, crm-mcp@1.9] }',
    ],
    [
      'as the argument of an option',
      '{ command: uvx, args: ["--from=crm.mcp==1.9", mail, { path: read }] }',
      '{ command: uvx, args: ["--from=crm.mcp==1.10", mail, { path: read }] }',
    ],
    [
      'as that of pipx',
      '{ command: pipx, args: [run, --spec, crm-mcp==1.9, mail] }',
      '{ command: pipx, args: [run, --spec, crm-mcp==1.10, mail] }',
    ],
  ])('%s', (_title, entry, edited) => {
    const from = { kind: 'pypi', name: 'crm-mcp', version: '1.9' } as const;
    expect(replacePackage('p.yaml', policy(entry), ['crm'], from, '1.10')).toEqual({ text: policy(edited) });
  });

  test('of two on one line, both', () => {
    expect(replaced(two('1.9.0'), 'a', 'b')).toEqual({ text: two('1.10.0') });
    expect(replaced(two('1.9.0'), 'a')).toEqual({ text: two('1.10.0').replace(/1\.10\.0" }/, '1.9.0" }') });
  });
});

test.each<[title: string, entry: string, column: number]>([
  ['it is spelled otherwise', '{ command: npx, args: ["@acme/crm@1.9\\u002e0"] }', 25],
  ['it is on several lines', '{ command: npx, args: ["@acme/crm@1\\\n     .9.0"] }', 25],
  ['the launcher is not read', '{ command: npx, args: [--what, "@acme/crm@1.9.0"] }', 24],
])('nothing is replaced where %s, and the place is told', (_title, entry, column) => {
  expect(replaced(`servers:\n  crm: ${entry}\n`, 'crm')).toMatchObject({ unclear: { line: 2, column: column + 6 } });
});
