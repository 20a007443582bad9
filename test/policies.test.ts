import { createHash } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PolicySchema } from '../src/policy-text/schema.ts';
import { ServerSchema } from '../src/policy-text/schema-server.ts';
import type { PublishedFinding } from '../src/render/finding-json.ts';
import { msr } from './kit/command.ts';
import { makeHome } from './kit/home.ts';

// Policies and questions through the built command, with its exit codes. Many more, by the decisions alone: policies/.

/** A server that needs nothing, and one key more: `command` is on line 4, the key on line 5 from column 5 on. */
const crm = (...keys: readonly string[]): string => entry('command: /bin/echo', ...keys);
const entry = (...keys: readonly string[]): string =>
  ['version: 1', 'servers:', '  crm:', ...keys.map((key) => `    ${key}`), ''].join('\n');
/** The same with something at the top, from line 5 on. */
const top = (line: string): string => `${crm()}${line}\n`;

interface Document {
  readonly decision?: 'allow' | 'deny';
  readonly servers?: readonly { readonly decision: string }[];
  readonly findings: readonly PublishedFinding[];
}

/** Runs the command, and squeezes its document into a line: exit code, decisions, each finding with its place. */
async function outcome(policy: string, args: readonly string[], variables: Record<string, string> = {}) {
  const home = makeHome(policy);
  chmodSync(home.directory, 0o755); // as root, servers run under another account
  const { stdout, stderr, exitCode } = await msr(home, args, { env: variables });
  expect(stderr).toBe('');
  const { decision, servers = [], findings } = JSON.parse(String(stdout)) as Document;
  const decisions = decision ? [decision] : servers.map((server) => server.decision);
  const found = findings
    .filter(({ ident }) => !ident.startsWith('sandbox-')) // of this machine, not of the policy
    .map(({ ident, place }) => `${ident}${place === null ? '' : ` at ${place.line}:${place.column}`}`);
  return [exitCode, ...decisions, ...found].join(' ');
}

const CHECK = ['check', '--json'];
const EXPLAIN = ['explain', '--json', 'crm'];

const HASH = createHash('sha256').update(readFileSync('/bin/echo')).digest('hex');
const LATER = 'not-enforced-yet at 5:5';

type Row = readonly [key: string, policy: string, is: string];

/** A server starts, or would but for what this version does not enforce; `check` finds nothing wrong with either. */
const RIGHT: readonly Row[] = [
  ['command', crm(), '0 allow'],
  ['args', crm('args: [a, --b, ""]'), '0 allow'],
  ['sha256', crm(`sha256: ${HASH}`), '0 allow'],
  ['env', crm('env: { A: b }'), '0 allow'],
  ['pass', crm('pass: ["A?"]'), '0 allow'],
  ['cwd', crm('cwd: private'), '0 allow'],
  ['state', crm('state: [data]'), '0 allow'],
  ['files', crm('files: { read: [/usr/share] }'), '0 allow'],
  ['network', crm('network: none'), '0 allow'],
  ['examples', crm('examples: { allow: [[]], deny: [[x]] }'), '0 allow'],
  ['unsafe', crm('unsafe: [own-sandbox]'), '0 allow unsafe-entry at 5:14'],
  ['secrets', crm('secrets: { A: "keyring:a" }'), '0 allow'],
  ['limits', crm('limits: { memory: 1GiB }'), '0 allow'],
  ['tools', crm('tools: { "*": allow }'), `0 deny ${LATER}`],
  ['prompts', crm('prompts: { "*": deny }'), `0 deny ${LATER}`],
  ['resources', crm('resources: { "*": deny }'), `0 deny ${LATER}`],
  ['client', crm('client: { sampling: deny }'), `0 deny ${LATER}`],
  ['version', crm(), '0 allow'],
  ['servers', 'version: 1\nservers: { crm: /bin/echo }\n', '0 allow'],
  ['defaults', top('defaults: { env: { A: b } }'), '0 allow'],
  ['programPath', top('programPath: [/bin]'), '0 allow'],
  ['runAs', top('runAs: nobody'), '0 allow'],
  ['egress', top('egress: {}'), '0 allow'],
  ['audit', top('audit: none'), '0 deny not-enforced-yet at 5:1'],
];

/** A policy that is not valid. */
const WRONG: readonly Row[] = [
  ['command', entry('command: echo hello'), '1 policy-value at 4:14'],
  ['args', crm('args: --quiet'), '1 policy-value at 5:11'],
  ['sha256', crm('sha256: ABC'), '1 policy-value at 5:13'],
  ['env', crm('env: { A: 1 }'), '1 policy-value at 5:15'],
  ['pass', crm('pass: { A: b }'), '1 policy-value at 5:11'],
  ['cwd', crm('cwd: here'), '1 policy-value at 5:10'],
  ['state', crm('state: [.bashrc]'), '1 policy-value at 5:13'],
  ['files', crm('files: { raed: [/usr/share] }'), '1 policy-unknown-key at 5:14'],
  ['network', crm('network: ["https://example.com"]'), '1 policy-value at 5:15'],
  ['examples', crm('examples: { allow: [x] }'), '1 policy-value at 5:25'],
  ['unsafe', crm('unsafe: [no-sandbx]'), '1 policy-value at 5:14'],
  ['secrets', crm('secrets: { A: hunter22 }'), '1 policy-value at 5:19'],
  ['limits', crm('limits: { memory: 1GB }'), '1 policy-value at 5:23'],
  ['tools', crm('tools: { "*": allwo }'), '1 policy-value at 5:19'],
  ['prompts', crm('prompts: [x]'), '1 policy-value at 5:14'],
  ['resources', crm('resources: { "*": confirm }'), '1 policy-value at 5:23'],
  ['client', crm('client: { sampling: 1 }'), '1 policy-value at 5:25'],
  ['version', 'version: 2\nservers: {}\n', '1 policy-value at 1:10'],
  ['servers', 'version: 1\nservers: [crm]\n', '1 policy-value at 2:10'],
  ['defaults', top('defaults: { command: node }'), '1 policy-unknown-key at 5:13'],
  ['programPath', top('programPath: /bin'), '1 policy-value at 5:14'],
  ['runAs', top('runAs: 0'), '1 policy-value at 5:8'],
  ['egress', top('egress: { proxy: proxy.example.com }'), '1 policy-value at 5:18'],
  ['audit', top('audit: nnoe'), '1 policy-value at 5:8'],
  ['ceiling', top('ceiling: {}'), '1 policy-layer at 5:1'],
  ['lockdown', top('lockdown: true'), '1 policy-layer at 5:1'],
];

describe('`check` of a key with a right value', () => {
  test.each(RIGHT)('%s', async (_key, policy, is) => {
    expect(await outcome(policy, CHECK)).toBe(is);
  });
});

describe('`check` of a key with a wrong value', () => {
  test.each(WRONG)('%s', async (_key, policy, is) => {
    expect(await outcome(policy, CHECK)).toBe(is);
  });
});

test('no key is without either', () => {
  const known = [...Object.keys(ServerSchema.shape), ...Object.keys(PolicySchema.shape)];
  const ofRoot = ['ceiling', 'lockdown']; // right in the managed policy alone
  expect(RIGHT.map(([key]) => key).toSorted()).toEqual(known.filter((key) => !ofRoot.includes(key)).toSorted());
  expect(WRONG.map(([key]) => key).toSorted()).toEqual(known.toSorted());
});

describe('a server that is not started here and now, by `check` and by `explain`', () => {
  test.each<[title: string, policy: string, check: string, explain: string]>([
    ['a policy that is not valid', crm('args: x'), '1 policy-value at 5:11', '2 deny policy-value at 5:11'],
    ['a key that is not enforced yet', crm('tools: {}'), `0 deny ${LATER}`, `125 deny ${LATER}`],
    [
      'a program that is not there',
      entry('command: /nowhere'),
      '1 deny program-missing at 4:14',
      '127 deny program-missing at 4:14',
    ],
    [
      'another program than was pinned',
      crm(`sha256: ${'a'.repeat(64)}`),
      '1 deny program-changed at 5:13',
      '126 deny program-changed at 5:13',
    ],
    [
      'an interpreter with code',
      entry('command: sh', 'args: [-c, x]'),
      '1 deny interpreter-option at 5:12',
      '126 deny interpreter-option at 5:12',
    ],
    [
      'a grant that is not there',
      crm('files: { read: [/nowhere] }'),
      '1 deny grant-missing at 5:21',
      '126 deny grant-missing at 5:21',
    ],
    [
      'a grant that is too wide',
      crm('files: { read: [/] }'),
      '1 deny grant-too-wide at 5:21',
      '126 deny grant-too-wide at 5:21',
    ],
    [
      'a variable that loads code',
      crm('env: { LD_PRELOAD: /x.so }'),
      '1 deny env-loader at 5:12',
      '126 deny env-loader at 5:12',
    ],
    [
      'a variable that the client will have',
      crm('pass: [ACME_TOKEN]'),
      '0 deny env-missing at 5:12',
      '126 deny env-missing at 5:12',
    ],
    ['a package', entry('command: npm:a@1.0.0'), '1 deny not-locked at 4:14', '126 deny not-locked at 4:14'],
    [
      'a slot that only a person can fill',
      crm('args: [{ match: "[a-z]+" }]'),
      '0 not tried',
      '126 deny argument-missing at 5:12',
    ],
    [
      'a slot that is filled by the first of its words',
      crm('args: [{ oneOf: [a, b] }]'),
      '0 allow',
      '126 deny argument-missing at 5:12',
    ],
    [
      'an example that fails',
      crm('examples: { allow: [[x]] }'),
      '1 deny arguments-not-allowed at 3:3 example-fails at 5:25',
      '0 allow',
    ],
    [
      'free text that begins with a dash',
      crm('args: [{ match: .*, default: -x }]'),
      '1 deny argument-refused at 5:12',
      '126 deny argument-refused at 5:12',
    ],
  ])('%s', async (_title, policy, check, explain) => {
    expect(await Promise.all([outcome(policy, CHECK), outcome(policy, EXPLAIN)])).toEqual([check, explain]);
  });
});

describe('a question', () => {
  const POLICY = crm(
    'files: { read: [/usr/share] }',
    'network: [api.example.com]',
    'pass: [TZ]',
    'tools: { read: { arguments: { path: { path: read }, deep: { equals: true } } } }',
  );
  const variables = { TZ: 'UTC', OTHER: 'x' };

  test.each<[is: string, flags: string[]]>([
    ['0 allow', ['--path', '/usr/share/doc']],
    ['126 deny path-not-granted at 3:3', ['--path', '/srv']],
    ['2 deny usage', ['--path', 'doc']],
    ['0 allow', ['--host', 'api.example.com']],
    ['126 deny host-not-granted at 3:3', ['--host', 'api.example.com:80']],
    ['126 deny host-not-granted at 3:3', ['--host', 'example.com']],
    ['2 deny usage', ['--host', 'https://api.example.com']],
    ['0 allow', ['--env', 'TZ']],
    ['0 allow', ['--env', 'PATH']],
    ['126 deny env-not-granted at 3:3', ['--env', 'OTHER']],
    ['0 allow', ['--tool', 'read']],
    ['0 allow', ['--tool', 'read', '--arguments', '{"path":"/usr/share","deep":true}']],
    ['126 deny tool-denied at 8:35', ['--tool', 'read', '--arguments', '{"path":"/etc/passwd"}']],
    ['126 deny tool-denied at 8:57', ['--tool', 'read', '--arguments', '{"deep":"true"}']],
    ['126 deny tool-denied at 8:14', ['--tool', 'read', '--arguments', '{"more":1}']],
    ['126 deny tool-denied at 3:3', ['--tool', 'write']],
  ])('%s: %j', async (is, flags) => {
    expect(await outcome(POLICY, [...EXPLAIN, ...flags], variables)).toBe(is);
  });

  test('of a server that the policy has not is no question', async () => {
    expect(await outcome(POLICY, ['explain', '--json', 'cmr', '--env', 'TZ'])).toBe('127 deny server-unknown');
  });

  test.each([
    ['two at once', ['--env', 'TZ', '--host', 'example.com'], 'answers one question at a time'],
    ['arguments of no tool', ['--arguments', '{}'], '`--arguments` needs `--tool`'],
    ['arguments that are no JSON', ['--tool', 'read', '--arguments', 'path=/srv'], 'write one JSON object'],
    ['arguments that are a list', ['--tool', 'read', '--arguments', '[]'], 'write one JSON object'],
    ['nothing at all', ['--path', ''], 'it is empty'],
  ])('that is none is wrong usage: %s', async (_title, flags, words) => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['explain', 'crm', ...flags]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});
