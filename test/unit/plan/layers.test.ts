import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/finding/decision.ts';
import type { Place } from '../../../src/finding/finding.ts';
import type { Host } from '../../../src/plan/host.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { parseLayer, parseProject } from '../../../src/policy-text/parse-policy.ts';
import { placedEntry } from '../../../src/policy-text/placed-entry.ts';
import { readSource } from '../../../src/policy-text/source.ts';
import { readRunArguments } from '../../../src/run-arguments.ts';
import { ENGINES, granted, identsOf, layerOf, POLICY_FILE, told } from '../../kit/decide.ts';
import { ANNAS, directory, link, program, ROOT, sha256, statedHost, type Tree } from '../../kit/stated-host.ts';
import { hostText } from '../../../src/match/covers-host.ts';
import type { NetworkRule } from '../../../src/policy/policy.ts';

const MANAGED_FILE = '/etc/mcp-secure-run/policy.yaml';
const PROJECT_FILE = '/home/anna/code/.mcp-secure-run.yaml';

const HERS = directory(ANNAS);
const TREE: Tree = {
  '/srv/data/in/deep': directory(),
  '/srv/data-evil': directory(),
  '/srv/link': link('/srv/data/in'),
  '/home/anna/code/.git': HERS,
  '/home/anna/code/src': HERS,
  '/home/anna/tool': program('tool', ANNAS),
  '/usr/local/bin/crm': program(),
  '/usr/bin/crm': link('/opt/acme/bin/crm'),
  '/opt/shared': directory({ mode: 0o777 }),
};
const CLIENT = { REGION: 'eu', TOKEN: 'secret' };
const HOST = statedHost({ tree: TREE, variables: CLIENT, facts: { cwd: '/home/anna/code/src' } });

/** The policies of a machine, as text. */
interface Said {
  readonly managed?: string;
  readonly user?: string;
  readonly project?: string;
}

const policy = (...lines: readonly string[]): string => `${['version: 1', ...lines].join('\n')}\n`;
const crm = (keys = ''): string => policy(`servers: { crm: { command: /opt/acme/bin/crm${keys} } }`);
const server = (entry: string): string => policy(`servers: { crm: ${entry} }`);
const args = (list: string, more = ''): string => crm(`, args: ${list}${more}`);
const files = (list: string): string => `, files: { ${list} }`;
const withDefaults = (defaults: string, keys = ''): string =>
  policy(`defaults: ${defaults}`, crm(keys).split('\n')[1] ?? '');

/** What `run` with these words would do below these policies. */
function decide({ managed, user, project }: Said, words = 'crm', host: Host = HOST): Decision<Plan> {
  const layers = [
    ...(managed === undefined ? [] : [layerOf(managed, MANAGED_FILE, 'managed')]),
    ...(user === undefined ? [] : [layerOf(user)]),
  ];
  const narrowing =
    project === undefined ? {} : { project: granted(parseProject({ file: PROJECT_FILE, text: project })) };
  const { request } = granted(readRunArguments(['run', ...words.split(' ')]));
  return resolve(request, { layers, ...narrowing }, host, ENGINES);
}

const started = (decision: Decision<Plan>): string => told(decision, ({ argv }) => argv.join(' '));

/** What a place marks, and in whose policy. */
function quoted({ file, line, column, length }: Place, { managed, user, project }: Said): string {
  const text = { [MANAGED_FILE]: managed, [POLICY_FILE]: user, [PROJECT_FILE]: project }[file];
  const who = { [MANAGED_FILE]: 'managed', [POLICY_FILE]: 'user', [PROJECT_FILE]: 'project' }[file];
  return `${who} ${text?.split('\n')[line - 1]?.slice(column - 1, column - 1 + length)}`;
}

/** The refusals of a decision: each ident, where it stands, and the other place that has a part in it. */
function refusedAt(said: Said, words = 'crm'): string[] {
  const decision = decide(said, words);
  const findings = decision.allowed ? [] : decision.findings;
  return findings.map(({ ident, place, related = [] }) =>
    [ident, ...[place, ...related.map((one) => one.place)].map((at) => at && quoted(at, said))].join(' | '),
  );
}

/** What a plan gives beside what every server has. */
function gets({ mounts, env, cwd, network, weakened }: Plan): string {
  const paths = mounts.flatMap((mount) => {
    if (mount.kind === 'state') return [`keeps ${mount.path.replace('/home/sandbox/', '')}`];
    return mount.kind === 'bind' && mount.because.reason.startsWith('`files.') ? [`${mount.mode} ${mount.path}`] : [];
  });
  const variables = env.flatMap((rule) => {
    if (rule.from === 'us') return [];
    return rule.from === 'policy' ? [`${rule.name}=${rule.value}`] : [`the client’s ${rule.name}`];
  });
  const where = cwd.path === '/home/sandbox/work' ? [] : [`stands in ${cwd.path}`];
  const hosts = network.mode === 'hosts' ? [`reaches ${network.rules.map(ruleText).join(', and of these ')}`] : [];
  return (
    [...paths, ...variables, ...where, ...hosts, ...weakened.map(({ ident }) => `gives up ${ident}`)].join(', ') ||
    'nothing'
  );
}

function ruleText(rule: NetworkRule): string {
  return rule.mode === 'list' ? rule.hosts.map(hostText).join(' ') : rule.mode;
}

/** What it does not get: what, where that is written, and where it is not granted. */
function narrowings(decision: Decision<Plan>, said: Said): string[] {
  return granted(decision).narrowed.map(({ what, at, by }) => `${what} | ${quoted(at, said)} | ${quoted(by, said)}`);
}

const FREE = 'ceiling: { command: [/opt] }';

describe('who may start what', () => {
  const other = policy('servers: { other: { command: node, args: [/opt/acme/crm.js] } }');
  test.each<[title: string, said: Said, expected: string]>([
    ['the managed policy alone has it', { managed: crm() }, 'runs'],
    ['the managed policy has it, and the user’s has others', { managed: crm(), user: other }, 'runs'],
    ['the user’s alone has it, and there is no managed one', { user: crm() }, 'runs'],
    ['the user’s alone has it', { managed: other, user: crm() }, 'refused: server-not-managed'],
    [
      'the user’s alone has it, below a managed one that says nothing',
      { managed: policy(), user: crm() },
      'refused: server-not-managed',
    ],
    ['the user’s alone has it, below a ceiling', { managed: policy(FREE), user: crm() }, 'runs'],
    [
      'the user’s alone has it, below a ceiling that names nothing',
      { managed: policy('ceiling: {}'), user: crm() },
      'refused: beyond-ceiling',
    ],
    [
      'the user’s alone has it, below a ceiling with `lockdown`',
      { managed: policy(FREE, 'lockdown: true'), user: crm() },
      'refused: server-not-managed',
    ],
    [
      'the user’s alone has it, with `lockdown` alone',
      { managed: policy('lockdown: true'), user: crm() },
      'refused: server-not-managed',
    ],
    ['both have it', { managed: crm(), user: crm() }, 'runs'],
    ['both have it, with `lockdown`', { managed: `${crm()}lockdown: true\n`, user: crm() }, 'runs'],
    ['nobody has it', { managed: other, user: other }, 'refused: server-unknown'],
    ['nobody has it, below a ceiling', { managed: policy(FREE), user: other }, 'refused: server-unknown'],
  ])('%s: %3$s', (_title, said, expected) => {
    const runs = '/opt/acme/bin/crm';
    expect(started(decide(said))).toBe(expected.replace(/^runs$/, runs));
    const byCommandLine = expected.replace(/server-(?:not-managed|unknown)/, 'command-not-allowed');
    expect(started(decide(said, '-- /usr/bin/crm'))).toBe(byCommandLine.replace(/^runs$/, runs));
  });

  test('the refusal says where, and where `lockdown` stands', () => {
    const said = { managed: policy('lockdown: true'), user: crm() };
    expect(refusedAt(said)).toEqual(['server-not-managed | user crm | managed lockdown']);
  });

  test('the plan names the layers that were asked, strongest first', () => {
    const { layers, policy: file } = granted(decide({ managed: crm(), user: crm() }));
    expect([layers.map(({ kind }) => kind), file]).toEqual([['managed', 'user'], POLICY_FILE]);
    expect(granted(decide({ managed: crm(), user: other })).layers.map(({ kind }) => kind)).toEqual(['managed']);
    expect(granted(decide({ managed: policy(FREE), user: crm() })).layers.map(({ kind }) => kind)).toEqual(['user']);
  });
});

describe('one program: the managed policy says the first, the user’s the second', () => {
  test.each([
    ['/opt/acme/bin/crm', '/opt/acme/bin/crm', '/opt/acme/bin/crm'],
    ['/opt/acme/bin/crm', '/usr/bin/crm', '/opt/acme/bin/crm'], // a link to the same file
    [
      '{ command: node, args: [/opt/acme/crm.js] }',
      '{ command: /usr/bin/node, args: [/opt/acme/crm.js] }',
      '/usr/bin/node /opt/acme/crm.js',
    ],
  ])('%s and %s are one: %s', (managed, user, expected) => {
    expect(started(decide({ managed: server(managed), user: server(user) }))).toBe(expected);
  });

  test.each([
    ['/opt/acme/bin/crm', '/usr/local/bin/crm', 'layer-conflict | user /usr/local/bin/crm | managed /opt/acme/bin/crm'],
    [
      '{ command: node, args: [/opt/acme/crm.js] }',
      '/opt/acme/crm.js',
      'layer-conflict | user crm | managed /opt/acme/crm.js',
    ],
    ['{ command: /opt/acme/bin/crm, args: [-q] }', '/opt/acme/bin/crm', 'layer-conflict | user crm | managed -q'],
    ['/opt/acme/bin/crm', '{ command: /opt/acme/bin/crm, args: [-q] }', 'layer-conflict | user -q | managed crm'],
    ['{ command: crm, args: [-q] }', '{ command: crm, args: [-v] }', 'layer-conflict | user -v | managed -q'],
    ['{ command: crm, args: [-q, -v] }', '{ command: crm, args: [-v, -q] }', 'layer-conflict | user -v | managed -q'],
  ])('%s and %s are not: %s', (managed, user, expected) => {
    expect(refusedAt({ managed: server(managed), user: server(user) })).toEqual([expected]);
  });

  test.each<[title: string, managed: string, user: string, expected: string]>([
    ['the managed hash holds', `, sha256: ${sha256('\x7fELF')}`, '', 'sha256'],
    ['the user’s hash holds', '', `, sha256: ${sha256('\x7fELF')}`, 'sha256'],
    ['both hold', `, sha256: ${sha256('\x7fELF')}`, `, sha256: ${sha256('\x7fELF')}`, 'sha256'],
    ['neither: root does', '', '', 'root'],
    ['the managed hash is another one', `, sha256: ${sha256('x')}`, '', 'refused: program-changed'],
    ['the user’s is another one', '', `, sha256: ${sha256('x')}`, 'refused: program-changed'],
    [
      'the managed hash is another one, and the user’s is right',
      `, sha256: ${sha256('x')}`,
      `, sha256: ${sha256('\x7fELF')}`,
      'refused: program-changed',
    ],
  ])('the strongest hold on it counts: %s', (_title, managed, user, expected) => {
    const decision = decide({ managed: crm(managed), user: crm(user) });
    expect(told(decision, (plan) => plan.program.heldBy)).toBe(expected);
  });
});

describe('one list of arguments: the managed policy says the first, the user’s the second, and `run` gets the third', () => {
  test.each([
    ['[-q]', '[-q]', '', '-q'],
    ['[-q]', '[{ oneOf: [-q, -v] }]', '', '-q'],
    ['[{ oneOf: [-q, -v] }]', '[-q]', '', '-q'], // what the one leaves open, the other says
    ['[{ oneOf: [-q, -v] }]', '[-q]', '-q', '-q'],
    ['[{ oneOf: [-q, -v] }]', '[-q]', '-v', 'refused: arguments-not-allowed'],
    ['[{ oneOf: [-q, -v], optional: true }]', '[-q]', '', '-q'],
    ['[{ oneOf: [-q, -v] }]', '[{ oneOf: [-v, -x] }]', '-v', '-v'],
    ['[{ oneOf: [-q, -v] }]', '[{ oneOf: [-v, -x] }]', '-x', 'refused: argument-refused'],
    ['[-q, { integer: [1, 9] }]', '[{ oneOf: [-q] }, { integer: [5, 20] }]', '7', '-q 7'],
    ['[-q, { integer: [1, 9] }]', '[-q, { integer: [5, 20] }]', '3', 'refused: argument-refused'],
    ['[{ rest: { match: "[a-z]+" } }]', '[{ maxLength: 3 }]', 'abc', 'abc'],
    ['[{ rest: { match: "[a-z]+" } }]', '[{ maxLength: 3 }]', 'abc def', 'refused: arguments-not-allowed'],
    ['[{ match: "[a-z]+", default: one }]', '[{ match: "[a-z]+", default: two }]', '', 'one'], // the stronger one’s default
    ['[{ match: "[a-z]+", default: one }]', '[{ oneOf: [two], default: two }]', '', 'two'], // … unless only the other is allowed
    ['[]', '[{ optional: true, maxLength: 9 }]', '', ''],
    ['[]', '[{ optional: true, maxLength: 9 }]', 'more', 'refused: arguments-not-allowed'],
    ['[{ rest: { maxLength: 9 } }]', '[]', 'more', 'refused: arguments-not-allowed'],
  ])('%s, %s, `%s` → %s', (managed, user, given, expected) => {
    const words = given === '' ? 'crm' : `crm -- ${given}`;
    const decision = decide({ managed: args(managed), user: args(user) }, words);
    expect(told(decision, ({ argv }) => argv.slice(1).join(' '))).toBe(expected);
  });

  test.each([
    [
      '[{ path: read }]',
      'read: [/srv/data]',
      '[{ path: read }]',
      'read: [/srv/data/in]',
      '/srv/data/in/deep',
      'read /srv/data/in/deep',
    ],
    [
      '[{ path: write }]',
      'write: [/srv/data]',
      '[{ path: read }]',
      'read: [/srv/data]',
      '/srv/data/in',
      'read /srv/data/in',
    ],
    [
      '[{ path: read }]',
      'read: [/srv/data]',
      '[{ path: read }]',
      'read: [/srv/data/in]',
      '/srv/data',
      'refused: argument-refused',
    ],
    [
      '[{ path: read }]',
      'read: [/srv/data]',
      '[/srv/data/in]',
      'read: [/srv/data]',
      '/srv/data/in',
      'read /srv/data/in',
    ],
    ['[{ path: read }]', 'read: [/srv]', '[/srv/data/in]', 'read: [/srv/data]', '/srv/link', 'read /srv/data/in'],
    [
      '[{ path: read }]',
      'read: [/srv/data]',
      '[{ maxLength: 99 }]',
      'read: [/srv]',
      '/srv/data/in',
      'read /srv/data/in',
    ],
    ['[{ path: read }]', 'read: [/srv/data]', '[{ maxLength: 99 }]', '', '/srv/data/in', 'nothing'],
    [
      '[{ maxLength: 99 }]',
      'read: [/srv/data/in]',
      '[{ path: read }]',
      'read: [/srv]',
      '/srv/data',
      'read /srv/data/in',
    ],
  ])('a path: %s with { %s }, %s with { %s }, `%s` → %s', (managed, ofManaged, user, ofUser, given, expected) => {
    const said = { managed: args(managed, `, files: { ${ofManaged} }`), user: args(user, `, files: { ${ofUser} }`) };
    expect(told(decide(said, `crm -- ${given}`), gets)).toBe(expected);
  });

  test('a whole command line is asked of both', () => {
    const said = { managed: args('[-q, { integer: [1, 9] }]'), user: args('[{ oneOf: [-q] }, { integer: [5, 20] }]') };
    expect(started(decide(said, '-- /opt/acme/bin/crm -q 7'))).toBe('/opt/acme/bin/crm -q 7');
    expect(started(decide(said, '-- /opt/acme/bin/crm -q 12'))).toBe('refused: command-not-allowed');
    expect(started(decide(said, '-- /opt/acme/bin/crm -q 3'))).toBe('refused: argument-refused');
  });
});

describe('grants are what both grant, and what is left out is told with both places', () => {
  test.each<[managed: string, user: string, expected: string, narrowed: readonly string[]]>([
    [files('read: [/srv/data]'), files('read: [/srv/data]'), 'read /srv/data', []],
    [files('read: [/srv/data]'), files('read: [/srv/data/in]'), 'read /srv/data/in', []],
    [
      files('read: [/srv/data/in]'),
      files('read: [/srv/data]'),
      'read /srv/data/in',
      ['read /srv/data | user /srv/data | managed /srv/data/in'],
    ],
    [files('write: [~/code]'), files('read: [~/code]'), 'read /home/anna/code', []],
    [
      files('read: [~/code]'),
      files('write: [~/code]'),
      'read /home/anna/code',
      ['write ~/code | user ~/code | managed ~/code'],
    ],
    [files('read: [/srv/data]'), '', 'nothing', []],
    ['', files('read: [/srv/data]'), 'nothing', ['read /srv/data | user /srv/data | managed crm']],
    [
      files('read: [/srv/data]'),
      files('read: [/srv/data-evil]'),
      'nothing',
      ['read /srv/data-evil | user /srv/data-evil | managed crm'],
    ],
    [files('read: [/srv/data]'), files('read: [/srv/link]'), 'read /srv/data/in', []],
    [files('read: [/srv/link]'), files('read: [/srv/data/in/deep]'), 'read /srv/data/in/deep', []],
    [
      files('read: [/srv/link]'),
      files('read: [/srv]'),
      'read /srv/data/in',
      ['read /srv | user /srv | managed /srv/link'],
    ],
    [
      files('read: [/srv/data], write: [/srv/data/in]'),
      files('write: [/srv/data]'),
      'read /srv/data, write /srv/data/in',
      ['write /srv/data | user /srv/data | managed /srv/data/in'],
    ],
    [
      files('read: [/srv/data/in, /srv/data-evil]'),
      files('read: [/srv]'),
      'read /srv/data-evil, read /srv/data/in',
      ['read /srv | user /srv | managed /srv/data/in'],
    ],

    [', env: { LEVEL: warn }', ', env: { LEVEL: warn }', 'LEVEL=warn', []],
    [', env: { LEVEL: warn }', '', 'nothing', []],
    ['', ', env: { LEVEL: warn }', 'nothing', ['variable LEVEL | user LEVEL | managed crm']],
    [', env: { LEVEL: warn }', ', env: { LEVEL: debug }', 'nothing', ['variable LEVEL | user LEVEL | managed LEVEL']],
    [', env: { REGION: eu }', ', pass: [REGION]', 'nothing', ['variable REGION | user REGION | managed REGION']],
    [', pass: [REGION]', ', env: { REGION: eu }', 'nothing', ['variable REGION | user REGION | managed REGION']],
    [', pass: [REGION]', ', pass: ["REGION?"]', 'the client’s REGION', []],
    [', pass: [{ REGION: { oneOf: [eu, us] } }]', ', pass: [REGION]', 'the client’s REGION', []],
    [
      ', pass: [REGION]',
      ', pass: [TOKEN, REGION]',
      'the client’s REGION',
      ['variable TOKEN | user TOKEN | managed crm'],
    ],
    [', pass: ["GONE?"]', ', pass: ["GONE?"]', 'nothing', []],
    ['', ', env: { TZ: Asia/Tokyo }', 'nothing', ['variable TZ | user TZ | managed crm']], // ours stays

    [', state: [data]', ', state: [data]', 'keeps data', []],
    [', state: [data]', ', state: [data/in]', 'keeps data/in', []],
    [', state: [data]', '', 'nothing', []],
    ['', ', state: [data]', 'nothing', ['state data | user data | managed crm']],
    [', state: [data]', ', state: [database]', 'nothing', ['state database | user database | managed crm']],

    [', unsafe: [host-network]', ', unsafe: [host-network]', 'gives up host-network', []],
    ['', ', unsafe: [host-network]', 'nothing', ['unsafe host-network | user host-network | managed crm']],
    [', unsafe: [host-network]', '', 'nothing', []],
    [
      ', unsafe: [own-sandbox]',
      ', unsafe: [own-sandbox, no-guard]',
      'gives up own-sandbox',
      ['unsafe no-guard | user no-guard | managed crm'],
    ],
    // An entry without a sandbox names no files, for it would see them all: below one that has it, it takes none away.
    [
      files('read: [/srv/data]'),
      ', unsafe: [no-sandbox]',
      'read /srv/data',
      ['unsafe no-sandbox | user no-sandbox | managed crm'],
    ],
  ])('managed `%s`, user’s `%s`: %s', (managed, user, expected, narrowed) => {
    const said = { managed: crm(managed), user: crm(user) };
    const decision = decide(said);
    expect(told(decision, gets)).toBe(expected);
    expect(narrowings(decision, said)).toEqual(narrowed);
  });

  const read = files('read: [/srv, ~/code]');
  test.each([
    [', cwd: /srv/data', ', cwd: /srv/data', 'stands in /srv/data'],
    [', cwd: /srv/link', ', cwd: /srv/data/in', 'stands in /srv/data/in'],
    [', cwd: project', ', cwd: project', 'stands in /home/anna/code'],
    [', cwd: project', ', cwd: /home/anna/code', 'stands in /home/anna/code'],
    [', cwd: /srv/data', ', cwd: /srv/data/in', ''],
    [', cwd: /srv/data', ', cwd: private', ''],
    [', cwd: private', ', cwd: project', ''],
    [', cwd: /srv/data', '', ''],
    ['', ', cwd: /srv/data', ''],
  ])('one place to stand: managed `%s`, user’s `%s`: `%s`', (managed, user, expected) => {
    const decision = decide({ managed: crm(read + managed), user: crm(read + user) });
    expect(told(decision, gets).replace(/^read \/srv, read \/home\/anna\/code(?:, )?/, '')).toBe(expected);
  });
});

describe('one no is a no', () => {
  const tool = (keys: string): string => policy(`servers: { crm: { command: /home/anna/tool${keys} } }`);
  test.each<[title: string, said: Said, ident: string, places: string]>([
    [
      'the user’s `unlocked` does not pass',
      { managed: tool(''), user: tool(', unsafe: [unlocked]') },
      'program-not-pinned',
      'managed /home/anna/tool, user /home/anna/tool',
    ],
    [
      'nor the managed one',
      { managed: tool(', unsafe: [unlocked]'), user: tool('') },
      'program-not-pinned',
      'managed /home/anna/tool, user /home/anna/tool',
    ],
    [
      'a variable that the user’s asks for is missing',
      { managed: crm(), user: crm(', pass: [GONE]') },
      'env-missing',
      'user GONE',
    ],
    [
      'a variable that the managed one asks for is missing',
      { managed: crm(', pass: [GONE]'), user: crm() },
      'env-missing',
      'managed GONE',
    ],
    [
      'its value is what one of them does not take',
      { managed: crm(', pass: [{ REGION: { oneOf: [us] } }]'), user: crm(', pass: [REGION]') },
      'env-refused',
      'managed REGION',
    ],
    [
      'its value is what the other one does not take',
      { managed: crm(', pass: [REGION]'), user: crm(', pass: [{ REGION: { match: "u." } }]') },
      'env-refused',
      'user REGION',
    ],
    [
      'the ban on loader variables is given up by one alone',
      { managed: crm(), user: crm(', env: { LD_PRELOAD: x }, unsafe: [loader-variables]') },
      'env-loader',
      'user LD_PRELOAD',
    ],
    [
      'a path of the user’s is not there',
      { managed: crm(', files: { read: [/srv] }'), user: crm(', files: { read: [/srv/gone] }') },
      'grant-missing',
      'user /srv/gone',
    ],
    [
      'a path of the user’s is protected',
      { managed: crm(', files: { read: [/srv] }'), user: crm(', files: { read: [/etc/mcp-secure-run] }') },
      'grant-too-wide',
      'user /etc/mcp-secure-run',
    ],
    [
      'the program of the user’s entry is not there',
      { managed: crm(), user: policy('servers: { crm: /opt/gone }') },
      'program-missing',
      'user /opt/gone',
    ],
  ])('%s', (_title, said, ident, places) => {
    const tree = { ...TREE, '/etc/mcp-secure-run/policy.yaml': program() };
    const decision = decide(said, 'crm', statedHost({ tree, variables: CLIENT }));
    const findings = decision.allowed ? [] : decision.findings;
    expect(identsOf(decision)).toEqual([ident]);
    expect(findings.map(({ place }) => place && quoted(place, said)).join(', ')).toBe(places);
  });

  test('and everything that any of them has against it is told at once', () => {
    const said = { managed: crm(', pass: [GONE]'), user: crm(', files: { read: [/gone] }, cwd: /nowhere') };
    expect(refusedAt(said).toSorted()).toEqual(['env-missing | managed GONE', 'grant-missing | user /gone']);
  });
});

describe('a ceiling holds for every server of every layer', () => {
  /** The server is the user's, the managed one's, or both's. */
  const places: readonly [whose: string, below: (ceiling: string, keys: string) => Said][] = [
    ['the user’s', (ceiling, keys) => ({ managed: policy(ceiling), user: crm(keys) })],
    ['the managed one’s', (ceiling, keys) => ({ managed: `${crm(keys)}${ceiling}\n` })],
    ['both’s', (ceiling, keys) => ({ managed: `${crm(keys)}${ceiling}\n`, user: crm(keys) })],
  ];

  describe.each(places)('%s', (_whose, below) => {
    const outcome = (ceiling: string, keys = ''): string => told(decide(below(`ceiling: ${ceiling}`, keys)), gets);

    test.each([
      ['{ command: [/opt/acme/bin/crm] }', 'nothing'],
      ['{ command: [/opt/acme] }', 'nothing'],
      ['{ command: [/usr/bin/crm] }', 'nothing'], // the real file is compared
      ['{ command: [/srv, /opt] }', 'nothing'],
      ['{ command: [/] }', 'nothing'],
      ['{}', 'refused: beyond-ceiling'],
      ['{ command: [] }', 'refused: beyond-ceiling'],
      ['{ command: [/opt/acme/bin/cr] }', 'refused: beyond-ceiling'],
      ['{ command: [/opt/gone] }', 'refused: beyond-ceiling'],
      ['{ command: ["npm:@acme/*"] }', 'refused: beyond-ceiling'],
    ])('command: %s: %s', (ceiling, expected) => expect(outcome(ceiling)).toBe(expected));

    test.each([
      ['', ', files: { read: [/srv/data] }', 'nothing'],
      [', files: {}', ', files: { read: [/srv/data] }', 'nothing'],
      [', files: { read: [/srv] }', ', files: { read: [/srv/data] }', 'read /srv/data'],
      [', files: { read: [/srv/data] }', ', files: { read: [/srv/data-evil] }', 'nothing'],
      [', files: { read: [/srv/data/in] }', ', files: { read: [/srv/data] }', 'read /srv/data/in'],
      [', files: { read: [/srv] }', ', files: { write: [/srv/data] }', 'read /srv/data'],
      [', files: { write: [/srv] }', ', files: { read: [/srv/data] }', 'read /srv/data'],
      [', files: { write: [~/code] }', ', files: { write: [/home/anna/code] }', 'write /home/anna/code'],
      [', files: { write: [/] }', ', files: { write: [~/code] }', 'write /home/anna/code'],
      [', files: { read: [/srv/gone, /srv/link] }', ', files: { read: [/srv] }', 'read /srv/data/in'], // what is not there is no fault

      ['', ', pass: [REGION]', 'nothing'],
      [', pass: [REGION]', ', pass: [REGION]', 'the client’s REGION'],
      [', pass: ["R*"]', ', pass: [REGION, TOKEN]', 'the client’s REGION'],
      [', pass: ["*"]', ', pass: [REGION, TOKEN]', 'the client’s REGION, the client’s TOKEN'],
      [', pass: [region]', ', pass: [REGION]', 'nothing'],
      ['', ', env: { LEVEL: warn }', 'LEVEL=warn'], // the policy's own words
      ['', ', state: [data]', 'keeps data'], // the server's own

      ['', ', unsafe: [host-network]', 'nothing'],
      [', unsafe: [own-sandbox]', ', unsafe: [host-network]', 'nothing'],
      [', unsafe: [own-sandbox, host-network]', ', unsafe: [host-network]', 'gives up host-network'],
      ['', ', unsafe: [no-sandbox]', 'nothing'],
      ['', ', env: { LD_PRELOAD: x }, unsafe: [loader-variables]', 'refused: env-loader'],
      [
        ', unsafe: [loader-variables]',
        ', env: { LD_PRELOAD: x }, unsafe: [loader-variables]',
        'LD_PRELOAD=x, gives up loader-variables',
      ],
      [', files: { read: [/srv/data/in] }', ', cwd: /srv/data, files: { read: [/srv] }', 'refused: cwd-not-granted'],
    ])('{ command: [/opt]%s } and `%s`: %s', (more, keys, expected) => {
      expect(outcome(`{ command: [/opt]${more} }`, keys)).toBe(expected);
    });
  });

  test('of an interpreter, the script is the program', () => {
    const user = policy('servers: { crm: { command: node, args: [/opt/acme/crm.js] } }');
    expect(started(decide({ managed: policy('ceiling: { command: [/opt/acme] }'), user }))).toBe(
      '/usr/bin/node /opt/acme/crm.js',
    );
    expect(started(decide({ managed: policy('ceiling: { command: [/usr] }'), user }))).toBe('refused: beyond-ceiling');
  });

  test.each<[ceiling: string, keys: string, told: readonly string[]]>([
    [
      'files: { read: [/srv/data/in] }',
      ', files: { read: [/srv/data] }',
      ['read /srv/data | user /srv/data | managed /srv/data/in'],
    ],
    [
      'files: { read: [/opt] }',
      ', files: { read: [/srv/data] }',
      ['read /srv/data | user /srv/data | managed ceiling'],
    ],
    ['pass: [TOKEN]', ', pass: [REGION]', ['variable REGION | user REGION | managed ceiling']],
    [
      'unsafe: [own-sandbox]',
      ', unsafe: [host-network]',
      ['unsafe host-network | user host-network | managed ceiling'],
    ],
  ])('what it takes away is told with both places: { %s } and `%s`', (more, keys, expected) => {
    const said = { managed: policy(`ceiling: { command: [/opt], ${more} }`), user: crm(keys) };
    expect(narrowings(decide(said), said)).toEqual(expected);
  });

  test.each([
    ['ceiling: {}', 'beyond-ceiling | user /opt/acme/bin/crm | managed ceiling'],
    ['ceiling: { command: [/srv] }', 'beyond-ceiling | user /opt/acme/bin/crm | managed /srv'],
  ])('a program beyond it is refused with both places: %s', (ceiling, expected) => {
    expect(refusedAt({ managed: policy(ceiling), user: crm() })).toEqual([expected]);
  });

  test('between the two: the layers first, then the ceiling', () => {
    const said = {
      managed: `${crm(', files: { read: [/srv] }')}ceiling: { command: [/opt], files: { read: [/srv/data/in] } }\n`,
      user: crm(', files: { write: [/srv/data] }'),
    };
    expect(told(decide(said), gets)).toBe('read /srv/data/in');
    expect(narrowings(decide(said), said)).toEqual([
      'write /srv/data | user /srv/data | managed /srv',
      'read /srv/data | user /srv/data | managed /srv/data/in',
    ]);
  });
});

describe('the account: `runAs` of the strongest layer that has it', () => {
  const host = statedHost({ tree: TREE, facts: { account: ROOT } });
  test.each<[managed: string, user: string, expected: string]>([
    ['runAs: mcp', 'runAs: nobody', 'mcp'],
    ['runAs: mcp', '', 'mcp'],
    ['', 'runAs: mcp', 'mcp'],
    ['', '', 'nobody'],
    ['runAs: toor', 'runAs: mcp', 'refused: run-as'],
    ['runAs: gone', 'runAs: mcp', 'refused: run-as'],
    ['runAs: mcp', 'runAs: gone', 'mcp'],
  ])('managed `%s`, user’s `%s`: %s', (managed, user, expected) => {
    const both = decide({ managed: `${crm()}${managed}\n`, user: `${crm()}${user}\n` }, 'crm', host);
    const below = decide({ managed: policy(FREE, managed), user: `${crm()}${user}\n` }, 'crm', host);
    expect([both, below].map((decision) => told(decision, ({ account }) => account.name))).toEqual([
      expected,
      expected,
    ]);
  });

  test('has no say where an ordinary account starts it', () => {
    expect(granted(decide({ managed: `${crm()}runAs: mcp\n` })).account.name).toBe('anna');
  });
});

describe('a bare name is found on the `programPath` of the policy that writes it', () => {
  const named = (...top: readonly string[]): string => policy(...top, 'servers: { crm: { command: crm } }');
  const ACME = 'programPath: [/opt/acme/bin]';
  test.each<[title: string, said: Said, expected: string]>([
    ['the managed one', { managed: named(ACME), user: crm() }, '/opt/acme/bin/crm'],
    ['the user’s', { managed: crm(), user: named(ACME) }, '/opt/acme/bin/crm'],
    [
      'each its own: without one, what the system has first',
      { managed: named(ACME), user: named() },
      'refused: layer-conflict',
    ],
    [
      'each its own, to the same file',
      { managed: named(ACME), user: named('programPath: [/usr/bin]') },
      '/opt/acme/bin/crm',
    ],
    [
      'the managed one is none for the user’s servers',
      { managed: policy(FREE, ACME), user: named() },
      'refused: beyond-ceiling',
    ],
    [
      'a directory of it that everyone may write is a no, of either: the user’s',
      { managed: crm(), user: named('programPath: [/opt/shared, /opt/acme/bin]') },
      'refused: program-path',
    ],
    [
      'a directory of it that everyone may write is a no, of either: the managed one',
      { managed: named('programPath: [/opt/shared]'), user: crm() },
      'refused: program-path',
    ],
    [
      'a layer that does not name the server is not asked for it',
      { managed: crm(), user: policy('programPath: [/opt/shared]', 'servers: {}') },
      '/opt/acme/bin/crm',
    ],
  ])('%s', (_title, said, expected) => expect(started(decide(said))).toBe(expected));
});

describe('what is not enforced yet stops the launch, whichever layer has it', () => {
  test.each<[said: Said, expected: string]>([
    [{ managed: `${crm()}audit: none\n`, user: crm() }, 'managed audit'],
    [{ managed: policy(FREE, 'audit: none'), user: crm() }, 'managed audit'],
    [{ managed: crm(', tools: {}'), user: crm() }, 'managed tools'],
    [{ managed: crm(), user: crm(', limits: { calls: 1/s }') }, 'user calls'],
    [{ managed: `${crm()}ceiling: { command: [/opt], tools: {} }\n` }, 'managed tools'],
    [{ managed: policy('ceiling: { command: [/opt], limits: { result: 1MiB } }'), user: crm() }, 'managed result'],
    [
      { managed: policy('defaults: { client: {} }', 'servers: { crm: /opt/acme/bin/crm }'), user: crm() },
      'managed client',
    ],
    [{ managed: crm(), user: crm(), project: policy('servers: { crm: { tools: { "*": deny } } }') }, 'project tools'],
    [
      { managed: policy(FREE), user: crm(), project: policy('servers: { crm: { limits: { calls: 1/s } } }') },
      'project calls',
    ],
  ])('%o', (said, expected) => {
    expect(refusedAt(said)).toEqual([`not-enforced-yet | ${expected}`]);
    expect(refusedAt(said, '-- /opt/acme/bin/crm')).toEqual([`not-enforced-yet | ${expected}`]);
  });

  test('all of it is told', () => {
    const said = {
      managed: crm(', tools: {}'),
      user: crm(', tools: {}'),
      project: policy('servers: { crm: { tools: {} } }'),
    };
    expect(refusedAt(said)).toEqual(['managed', 'user', 'project'].map((who) => `not-enforced-yet | ${who} tools`));
  });

  test.each<[title: string, said: Said]>([
    [
      'of another server of the user’s',
      { managed: crm(), user: policy('servers: { other: { command: node, tools: {} } }') },
    ],
    [
      'of another server of the managed policy',
      { managed: `${crm().trimEnd().slice(0, -1)}, other: { command: node, tools: {} } }\n` },
    ],
    ['of another server in the project’s file', { user: crm(), project: policy('servers: { other: { tools: {} } }') }],
    [
      'of a server that the project’s file names and says nothing of',
      { user: crm(), project: policy('servers: { crm: {} }') },
    ],
    ['of none in the project’s file', { user: crm(), project: policy('servers: {}') }],
  ])('but what is said %s is no matter', (_title, said) => expect(started(decide(said))).toBe('/opt/acme/bin/crm'));
});

test('a project’s file adds no server and grants nothing', () => {
  const project = policy('servers: { crm: { files: { hide: [x] } } }');
  expect(started(decide({ user: policy('servers: {}'), project }))).toBe('refused: server-unknown');
  expect(started(decide({ managed: crm(), project: policy('servers: { other: {} }') }, 'other'))).toBe(
    'refused: server-unknown',
  );
});

describe('defaults: what a server has that does not write the key itself', () => {
  test.each([
    ['{ env: { LEVEL: warn } }', '', 'LEVEL=warn'],
    ['{ env: { LEVEL: warn } }', ', env: { OTHER: x }', 'OTHER=x'], // a key of the entry replaces it, whole
    ['{ env: { LEVEL: warn } }', ', env: {}', 'nothing'],
    ['{ pass: [REGION] }', ', pass: [TOKEN]', 'the client’s TOKEN'],
    ['{ pass: [REGION] }', ', env: { LEVEL: warn }', 'LEVEL=warn, the client’s REGION'],
    ['{ state: [data] }', ', state: []', 'nothing'],
    ['{ files: { read: [/srv/data] } }', '', 'read /srv/data'],
    ['{ files: { read: [/srv/data] } }', ', files: { read: [/srv/data/in] }', 'read /srv/data/in'],
    ['{ files: { read: [/srv] }, cwd: /srv/data }', '', 'read /srv, stands in /srv/data'],
    ['{ files: { read: [/srv] }, cwd: /srv/data }', ', cwd: private', 'read /srv'],
    // What `unsafe` makes meaningless is left out; written in the entry itself, it is a mistake.
    [
      '{ files: { read: [/srv/data] }, state: [data], network: none }',
      ', unsafe: [no-sandbox]',
      'stands in /home/anna/.local/share/mcp-secure-run/cwd/crm, gives up no-sandbox',
    ],
    ['{ network: any }', ', unsafe: [host-network]', 'gives up host-network'],
    ['{ network: any }', ', network: none', 'nothing'],
    ['{ network: any }', '', 'reaches any'],
    ['{ tools: { "*": deny } }', ', unsafe: [no-guard]', 'gives up no-guard'],
    ['{ tools: { "*": deny } }', '', 'refused: not-enforced-yet'],
  ])('%s and an entry with `%s`: %s', (defaults, keys, expected) => {
    expect(told(decide({ user: withDefaults(defaults, keys) }), gets)).toBe(expected);
    expect(told(decide({ managed: withDefaults(defaults, keys) }), gets)).toBe(expected);
  });

  test('`files.hide` unites', () => {
    const source = granted(readSource('p.yaml', ''));
    const own = { source, path: [] };
    const hidden = (defaults: readonly string[], mine: readonly string[]) =>
      placedEntry('crm', { command: 'crm', files: { hide: [...mine] } }, own, {
        input: { files: { hide: [...defaults] } },
        origin: own,
      }).hide.map(({ value }) => value);
    expect(hidden(['**/.env'], ['**/*.pem'])).toEqual(['**/.env', '**/*.pem']);
    expect(hidden(['**/.env'], [])).toEqual(['**/.env']);
  });

  test('are those of the policy that writes them, for its own servers alone', () => {
    const defaults = '{ files: { read: [/srv/data] }, env: { LEVEL: warn } }';
    const said = { managed: withDefaults(defaults), user: crm() };
    expect(told(decide(said), gets)).toBe('nothing');
    expect(told(decide({ managed: policy(FREE, `defaults: ${defaults}`), user: crm() }), gets)).toBe('nothing');
  });

  test('are narrowed, and missed, at the line where they stand', () => {
    const said = { managed: crm(), user: withDefaults('{ env: { LEVEL: warn }, files: { read: [/srv/data] } }') };
    expect(narrowings(decide(said), said)).toEqual([
      'read /srv/data | user /srv/data | managed crm',
      'variable LEVEL | user LEVEL | managed crm',
    ]);
    expect(refusedAt({ user: withDefaults('{ pass: [GONE] }') })).toEqual(['env-missing | user GONE']);
  });
});

describe('the files of `policy.d` are one layer with `policy.yaml`', () => {
  const D = '/etc/mcp-secure-run/policy.d';
  const parse = (...texts: readonly string[]) =>
    parseLayer(
      'managed',
      texts.map((text, index) => ({ file: index === 0 ? MANAGED_FILE : `${D}/${index}.yaml`, text })),
    );
  const below =
    (...texts: readonly string[]) =>
    (words: string, user?: string): Decision<Plan> =>
      resolve(
        granted(readRunArguments(['run', ...words.split(' ')])).request,
        { layers: [granted(parse(...texts)).layer, ...(user === undefined ? [] : [layerOf(user)])] },
        HOST,
        ENGINES,
      );
  const NODE = 'servers: { script: { command: node, args: [/opt/acme/crm.js] } }';

  test('what each of them says holds for all', () => {
    const joined = below(crm(), policy(NODE, 'programPath: [/usr/bin]'), policy('defaults: { env: { LEVEL: warn } }'));
    expect(told(joined('crm'), gets)).toBe('LEVEL=warn');
    expect(started(joined('script'))).toBe('/usr/bin/node /opt/acme/crm.js');
    expect(granted(joined('crm')).layers).toEqual([
      { kind: 'managed', files: [MANAGED_FILE, `${D}/1.yaml`, `${D}/2.yaml`] },
    ]);
  });

  test('a ceiling and a `lockdown` in one hold for the servers of all, and of the user’s', () => {
    const joined = below(
      crm(', files: { read: [/srv] }'),
      policy('ceiling: { command: [/opt], files: { read: [/srv/data] } }'),
    );
    expect(told(joined('crm'), gets)).toBe('read /srv/data');
    expect(started(joined('mine', policy('servers: { mine: /opt/acme/bin/crm }')))).toBe('/opt/acme/bin/crm');
    expect(started(joined('mine', policy('servers: { mine: /usr/local/bin/crm }')))).toBe('refused: beyond-ceiling');
    const locked = below(crm(), policy(FREE), policy('lockdown: true'));
    expect(started(locked('mine', policy('servers: { mine: /opt/acme/bin/crm }')))).toBe('refused: server-not-managed');
  });

  test('what one of them cannot enforce stops every launch', () => {
    expect(started(below(crm(), policy('audit: none'))('crm'))).toBe('refused: not-enforced-yet');
  });

  test.each([
    ['a server', crm(), crm(), 'crm'],
    ['a server, word for word', policy('servers: { crm: node }'), policy('servers: { crm: node }'), 'crm'],
    ['`programPath`', policy('programPath: [/usr/bin]'), policy('programPath: [/usr/bin]'), 'programPath'],
    ['`runAs`', policy('runAs: mcp'), policy('runAs: nobody'), 'runAs'],
    ['`ceiling`', policy(FREE), policy('ceiling: {}'), 'ceiling'],
    ['`lockdown`', policy('lockdown: true'), policy('lockdown: true'), 'lockdown'],
    ['`defaults`', policy('defaults: {}'), policy('defaults: {}'), 'defaults'],
  ])('%s that two of them write is refused, with both places', (_title, one, other, word) => {
    const decision = parse(policy(), one, other);
    const findings = decision.allowed ? [] : decision.findings;
    expect(
      findings.map(({ ident, place, related }) => [ident, place?.file, related?.map((at) => at.place.file)]),
    ).toEqual([['policy-twice', `${D}/2.yaml`, [`${D}/1.yaml`]]]);
    expect(findings[0]?.message).toContain(`\`${word}\``);
  });

  test('everything that two of them write is told, and so is what is wrong with any of them', () => {
    expect(identsOf(parse(policy('runAs: mcp', 'lockdown: true'), policy('runAs: mcp', 'lockdown: true')))).toEqual([
      'policy-twice',
    ]);
    const twice = parse(
      policy('runAs: mcp', 'lockdown: true'),
      policy('runAs: mcp', 'lockdown: true'),
      policy('runAs: mcp'),
    );
    expect(twice.allowed ? [] : twice.findings).toHaveLength(3);
    expect(identsOf(parse(crm(), policy('serves: {}'), policy('runAs: 7')))).toEqual([
      'policy-unknown-key',
      'policy-value',
    ]);
  });
});

describe('what binds others is root’s to write', () => {
  test.each([
    ['ceiling: {}', 'policy-layer | ceiling'],
    ['lockdown: true', 'policy-layer | lockdown'],
  ])('`%s` in the user’s policy is refused where it stands', (line, expected) => {
    const text = `${crm()}${line}\n`;
    const decision = parseLayer('user', [{ file: POLICY_FILE, text }]);
    const findings = decision.allowed ? [] : decision.findings;
    expect(
      findings.map(({ ident, place }) => `${ident} | ${place && quoted(place, { user: text }).replace('user ', '')}`),
    ).toEqual([expected]);
    expect(identsOf(parseLayer('managed', [{ file: MANAGED_FILE, text }]))).toEqual([]);
  });

  test('and a policy of one’s own without servers is a mistake, where a managed one is none', () => {
    expect(identsOf(parseLayer('user', [{ file: POLICY_FILE, text: policy() }]))).toEqual(['policy-missing-key']);
    expect(identsOf(parseLayer('managed', [{ file: MANAGED_FILE, text: policy() }]))).toEqual([]);
  });

  test.each([
    'version: 1',
    'servers: { crm: { files: { read: [/] } } }',
    'servers: { crm: { unsafe: [] } }',
    'servers: { crm: { env: {} } }',
  ])('a project’s file that would do more than narrow is none: `%s`', (line) => {
    expect(parseProject({ file: PROJECT_FILE, text: line === 'version: 1' ? `${line}\n` : policy(line) }).allowed).toBe(
      false,
    );
  });
});
