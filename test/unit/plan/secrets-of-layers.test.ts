import { describe, expect, test } from 'vitest';
import { resolve } from '../../../src/plan/resolve.ts';
import type { EnvRule } from '../../../src/plan/plan.ts';
import { referenceText } from '../../../src/policy/reference.ts';
import { ENGINES, layerOf, told } from '../../kit/decide.ts';
import { statedHost } from '../../kit/stated-host.ts';

const MANAGED_FILE = '/etc/mcp-secure-run/policy.yaml';
const REQUEST = { kind: 'server', id: 'crm', args: [] } as const;

const text = (secrets: string, ...top: readonly string[]): string =>
  ['version: 1', ...top, `servers: { crm: { command: /opt/acme/bin/crm, secrets: ${secrets} } }`, ''].join('\n');

/** The secrets that a server gets below these policies, and what of them is narrowed. */
function outcome(managed: string | undefined, user: string | undefined): string {
  const layers = [
    ...(managed === undefined ? [] : [layerOf(managed, MANAGED_FILE, 'managed')]),
    ...(user === undefined ? [] : [layerOf(user)]),
  ];
  return told(resolve(REQUEST, { layers }, statedHost(), ENGINES), ({ env, narrowed }) =>
    [...env.flatMap(shown), ...narrowed.map(({ what }) => `less: ${what}`)].join(' | '),
  );
}

function shown(rule: EnvRule): string[] {
  if (rule.from !== 'secret') return [];
  const how = `${rule.as === 'file' ? ' as file' : ''}${rule.optional ? ' if it is there' : ''}`;
  return [`${rule.name} ${referenceText(rule.reference)}${how}`];
}

describe('a secret that several policies name', () => {
  test.each([
    ['the same in both', '{ A: "keyring:crm" }', '{ A: "keyring:crm" }', 'A keyring:crm'],
    ['of the managed one alone', '{ A: "keyring:crm" }', '{}', ''],
    ['of the user’s alone', '{}', '{ A: "keyring:crm" }', 'less: variable A'],
    ['from another store', '{ A: "keyring:crm" }', '{ A: "env:A" }', 'less: variable A'],
    ['from another account of it', '{ A: "keyring:crm/a" }', '{ A: "keyring:crm/b" }', 'less: variable A'],
    ['given in another way', '{ A: "keyring:crm" }', '{ A: { from: "keyring:crm", as: file } }', 'less: variable A'],
    [
      'that one of them can do without',
      '{ A: "keyring:c" }',
      '{ A: { from: "keyring:c", optional: true } }',
      'A keyring:c',
    ],
    [
      'that both can do without',
      '{ A: { from: "keyring:c", optional: true } }',
      '{ A: { from: "keyring:c", optional: true } }',
      'A keyring:c if it is there',
    ],
    ['of the same home', '{ A: "file:~/token" }', '{ A: "file:~/token" }', 'A file:/home/anna/token'],
    ['of the directory of each policy', '{ A: "file:token" }', '{ A: "file:token" }', 'less: variable A'],
  ])('%s', (_title, managed, user, expected) => {
    expect(outcome(text(managed), text(user))).toBe(expected);
  });

  test('is looked for beside the policy that names it', () => {
    expect(outcome(undefined, text('{ A: "dotenv:./x/.env#A" }'))).toBe(
      'A dotenv:/home/anna/.config/mcp-secure-run/x/.env#A',
    );
  });
});

describe('a ceiling names what may be taken from the client, by whatever key', () => {
  test.each([
    ['`env:` of a variable that it does not name', '{ TOKEN: "env:AWS_SECRET" }', 'less: variable TOKEN'],
    ['`env:` of one that it names', '{ TOKEN: "env:CRM_TOKEN" }', 'TOKEN env:CRM_TOKEN'],
    ['a store', '{ TOKEN: "keyring:crm" }', 'TOKEN keyring:crm'],
  ])('%s', (_title, secrets, expected) => {
    const managed = ['version: 1', 'servers: {}', 'ceiling: { command: [/opt/acme/bin], pass: ["CRM_*"] }', ''];
    expect(outcome(managed.join('\n'), text(secrets))).toBe(expected);
  });
});
