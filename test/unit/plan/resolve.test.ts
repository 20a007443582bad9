import { describe, expect, test } from 'vitest';
import { decide, granted, identsOf, started, told, withServer } from '../../kit/decide.ts';
import { BOBS, file, program, statedHost } from '../../kit/stated-host.ts';

const crm = (keys = ''): string => withServer(`{ command: /opt/acme/bin/crm${keys} }`);

describe('network and confinement', () => {
  test.each([
    ['', 'linux', 'no network, in bubblewrap'],
    [', network: none', 'linux', 'no network, in bubblewrap'],
    [', unsafe: [host-network]', 'linux', 'the host’s network, in bubblewrap'],
    [', unsafe: [own-sandbox]', 'linux', 'no network, in bubblewrap with namespaces of its own'],
    [', unsafe: [no-sandbox]', 'linux', 'the host’s network, in nothing with namespaces of its own'],
    [', unsafe: [no-sandbox]', 'darwin', 'the host’s network, in nothing with namespaces of its own'],
    ['', 'darwin', 'no network, in seatbelt'],
    [', unsafe: [host-network]', 'darwin', 'the host’s network, in seatbelt'],
    [', unsafe: [own-sandbox]', 'darwin', 'no network, in seatbelt'],
    ['', 'win32', 'refused: sandbox-unavailable'],
    [', unsafe: [host-network]', 'freebsd', 'refused: sandbox-unavailable'],
  ])('`%s` on %s: %s', (keys, platform, expected) => {
    const decision = decide(crm(keys), 'crm', statedHost({ facts: { platform } }));
    const outcome = told(decision, ({ network, confinement: { by, nestedNamespaces } }) => {
      const where = network.mode === 'none' ? 'no network' : 'the host’s network';
      return `${where}, in ${by}${nestedNamespaces ? ' with namespaces of its own' : ''}`;
    });
    expect(outcome).toBe(expected);
  });

  test('without a sandbox there is nothing to mount', () => {
    expect(granted(decide(crm(', unsafe: [no-sandbox]'), 'crm', statedHost())).mounts).toEqual([]);
  });
});

describe('closed by default: what is not enforced yet stops the launch', () => {
  test.each([
    [', tools: { "*": allow }', '`tools`'],
    [', prompts: {}', '`prompts`'],
    [', resources: {}', '`resources`'],
    [', client: { sampling: deny }', '`client`'],
    [', limits: { calls: 60/min }', '`limits.calls`'],
    [', secrets: { TOKEN: { from: "keyring:x", as: request } }', '`secrets: as: request`'],
  ])('`%s`: %s', (keys, what) => {
    const decision = decide(crm(keys), 'crm', statedHost());
    expect(identsOf(decision)).toEqual(['not-enforced-yet']);
    expect(decision.allowed ? [] : decision.findings.map(({ message }) => message)).toEqual([
      `${what} is not enforced by this version, and is not ignored either`,
    ]);
  });

  test.each(['audit: none', 'defaults: { tools: {} }', 'defaults: { limits: { calls: 60/min } }'])(
    '`%s` at the top',
    (top) => {
      const decision = decide(withServer('/opt/acme/bin/crm', top), 'crm', statedHost());
      expect(identsOf(decision)).toEqual(['not-enforced-yet']);
    },
  );

  test('and is told alone: the rest of the entry is not judged before it can be kept', () => {
    const text = crm(', tools: {}, files: { read: [/gone] }, env: { LD_PRELOAD: x }');
    expect(identsOf(decide(text, 'crm', statedHost()))).toEqual(['not-enforced-yet']);
  });

  test('but not the launch of another server', () => {
    const text = `${crm()}  other: { command: node, tools: {} }\n`;
    expect(identsOf(decide(text, 'crm', statedHost()))).toEqual([]);
  });
});

test.each([
  'npx -y crm@1.2.3',
  'npm exec -- crm@1.2.3',
  'pnpm dlx crm@1.2.3',
  'yarn dlx crm@1.2.3',
  'bunx crm@1.2.3',
  'npm:crm@1.2.3',
])('`%s` starts what is locked, and no launcher', (line) => {
  const [command = '', ...args] = line.split(' ');
  const policy = withServer(JSON.stringify({ command, args }));
  const entry = '/srv/store/abc/node_modules/crm/index.js';
  const tree = { [entry]: program('#!/usr/bin/env node\n'), [`/usr/bin/${command}`]: program() };
  const locked = {
    'npm:crm@1.2.3': { tree: '/srv/store/abc', manifest: 'abc', stats: '/abc.stat', entry, sha256: 'def' },
  };
  expect(started(decide(policy, 'crm', statedHost({ tree, locked })))).toBe(`/usr/bin/node ${entry}`);
  expect(started(decide(policy, 'crm', statedHost({ tree })))).toBe('refused: not-locked');
});

test.each([
  'uvx crm@1.2.3',
  'uv tool run crm@1.2.3',
  'uv run --no-project --with crm==1.2.3 crm',
  'pipx run crm==1.2.3',
  'pypi:crm==1.2.3',
])('`%s` starts what is locked, and no launcher', (line) => {
  const [command = '', ...args] = line.split(' ');
  const policy = withServer(JSON.stringify({ command, args }));
  const entry = '/srv/store/abc/bin/crm';
  const tree = { [entry]: file(), [`/usr/bin/${command}`]: program() };
  const locked = {
    'pypi:crm==1.2.3': { tree: '/srv/store/abc', manifest: 'abc', stats: '/abc.stat', entry, sha256: 'def' },
  };
  expect(started(decide(policy, 'crm', statedHost({ tree, locked })))).toBe(`/usr/bin/python3.11 -I -S -B ${entry}`);
  expect(started(decide(policy, 'crm', statedHost({ tree })))).toBe('refused: not-locked');
});

test('everything that stands against a launch is told at once', () => {
  const text = crm(', files: { read: [/gone] }, pass: [REGION], env: { LD_PRELOAD: x }');
  const host = statedHost({ tree: { '/opt/acme/bin/crm': program('', BOBS) } });
  expect(identsOf(decide(text, 'crm', host)).toSorted()).toEqual([
    'env-loader',
    'env-missing',
    'grant-missing',
    'program-owner',
  ]);
});

test('no refusal is without a way out, and every one that the policy causes says where', () => {
  const text = crm(', files: { read: [/gone] }, pass: [REGION], env: { LD_PRELOAD: x }, cwd: /nowhere');
  const decision = decide(text, 'crm', statedHost({ facts: { platform: 'win32' } }));
  const findings = decision.allowed ? [] : decision.findings;
  expect(findings.length).toBe(5);
  for (const { hint, place, message } of findings) {
    expect(hint, message).not.toBe('');
    expect(place?.line, message).toBe(3);
  }
});

test('what is given up is said with its place, and what changes nothing yet is said to do so', () => {
  const { weakened } = granted(decide(crm(', unsafe: [host-network, observe]'), 'crm', statedHost()));
  expect(weakened.map(({ ident, effect }) => [ident, effect])).toEqual([
    ['host-network', 'in effect'],
    ['observe', 'changes nothing yet'],
  ]);
  expect(weakened.map(({ at }) => at.line)).toEqual([3, 3]);
});
