import { describe, expect, test } from 'vitest';
import { allow } from '../../../src/finding/decision.ts';
import { byId } from '../../../src/plan/decide-server.ts';
import { decideLocked } from '../../../src/plan/decide-locked.ts';
import type { LockedTree } from '../../../src/plan/locked-tree.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { explain } from '../../../src/plan/explain.ts';
import type { Layer } from '../../../src/policy/policy.ts';
import { decide, ENGINES, granted, identsOf, layerOf, started, withServer } from '../../kit/decide.ts';
import { BOBS, file, link, program, statedHost, type Stated } from '../../kit/stated-host.ts';

const STORE = '/home/anna/.local/share/mcp-secure-run/store/trees/abc';
const ENTRY = `${STORE}/node_modules/crm/index.js`;
const LOCKED: LockedTree = { tree: STORE, manifest: 'abc', stats: '/abc.stat', entry: ENTRY, sha256: 'd'.repeat(64) };
const LATER = STORE.replace('abc', 'def');
const NODE = '/home/anna/node-22/bin/node';

/** Anna’s machine with that package locked; its program begins so. */
function withPackage(first: string | Stated, node = '/usr/bin/node') {
  const stated = typeof first === 'string' ? file(first) : first;
  const tree = { [ENTRY]: stated, '/usr/bin/deno': program(), [NODE]: program(), '/opt/node/bin/node': program() };
  const later = { ...LOCKED, tree: LATER, entry: `${LATER}/index.js` };
  const both = { 'npm:crm@1.2.3': LOCKED, 'npm:crm@1.2.4': later };
  return statedHost({ tree: { ...tree, [later.entry]: stated }, locked: both, facts: { node } });
}

const crm = (keys = '', ...top: readonly string[]): string => withServer(`{ command: "npm:crm@1.2.3"${keys} }`, ...top);

describe('what runs the program of a package', () => {
  test.each<[string, string]>([
    ['#!/usr/bin/env node\n', `${NODE} ENTRY`],
    ['#!/usr/bin/node\n', `${NODE} ENTRY`],
    ['#!/usr/local/bin/node --no-warnings\n', `${NODE} --no-warnings ENTRY`],
    ['#!/usr/bin/env python3\n', '/usr/bin/python3.11 ENTRY'],
    ['#!/usr/bin/env deno\n', '/usr/bin/deno ENTRY'],
    ['#!/bin/sh\n', '/usr/bin/dash ENTRY'],
    ['console.log("no first line, as Windows’ npm would take it")\n', `${NODE} ENTRY`],
    ['#!/usr/bin/env ruby\n', 'refused: program-missing'],
    ['#!/usr/bin/env -S node --require ./x.js\n', 'refused: shebang'],
    ['#!node\n', 'refused: shebang'],
  ])('%j: %s', (first, expected) => {
    expect(started(decide(crm(), 'crm', withPackage(first, NODE)))).toBe(expected.replace('ENTRY', ENTRY));
  });

  test('of `node`, the one of the policy’s `programPath` before the one that runs us', () => {
    const policy = crm('', 'programPath: [/opt/node/bin]');
    const host = withPackage('#!/usr/bin/env node\n', NODE);
    expect(started(decide(policy, 'crm', host))).toBe(`/opt/node/bin/node ${ENTRY}`);
  });

  test('of those that were found, the one that the package runs on; but not before one of `programPath`', () => {
    const other = '/home/anna/.nvm/versions/node/v22.3.0/bin/node';
    const tree = { [ENTRY]: file('#!/usr/bin/env node\n'), [other]: program(), '/opt/node/bin/node': program() };
    const host = statedHost({ tree, locked: { 'npm:crm@1.2.3': { ...LOCKED, node: other } } });
    const plan = granted(decide(crm(), 'crm', host));
    expect(plan.argv).toEqual([other, ENTRY]);
    expect(plan.argvBecause[0]?.reason).toBe(
      'the interpreter: the package says that it does not run on the Node.js that runs us',
    );
    expect(plan.mounts.filter(({ kind }) => kind === 'bind')).toContainEqual(
      expect.objectContaining({ path: other, mode: 'read' }),
    );
    const policy = crm('', 'programPath: [/opt/node/bin]');
    expect(started(decide(policy, 'crm', host))).toBe(`/opt/node/bin/node ${ENTRY}`);
    const foreign = statedHost({ tree: { ...tree, [other]: program('', BOBS) }, locked: host.locked });
    expect(started(decide(crm(), 'crm', foreign))).toBe('refused: program-owner');
  });

  test('which has to have one, then', () => {
    const policy = crm('', 'programPath: [/usr/local/bin]');
    expect(started(decide(policy, 'crm', withPackage('#!/usr/bin/env node\n', NODE)))).toBe('refused: program-missing');
  });

  test.each<[string, Stated, string]>([
    ['a script, as version managers put it on `PATH`', program('#!/bin/sh\n'), 'refused: shebang'],
    ['another account’s', program('', BOBS), 'refused: program-owner'],
    ['one that all may write', program('', { mode: 0o777 }), 'refused: program-writable'],
  ])('and is refused as %s', (_title, node, expected) => {
    const tree = { [ENTRY]: file('#!/usr/bin/env node\n'), '/opt/shims/node': node };
    const host = statedHost({ tree, locked: { 'npm:crm@1.2.3': LOCKED } });
    expect(started(decide(crm('', 'programPath: [/opt/shims]'), 'crm', host))).toBe(expected);
  });

  test('and nothing, for a program that is none’s to interpret', () => {
    const binary = `${STORE}/node_modules/crm/bin/crm`;
    const locked = { 'npm:crm@1.2.3': { ...LOCKED, entry: binary } };
    const host = (mode: number) => statedHost({ tree: { [binary]: program('\x7fELF', { mode }) }, locked });
    expect(started(decide(crm(', args: [--quiet]'), 'crm', host(0o555)))).toBe(`${binary} --quiet`);
    expect(started(decide(crm(), 'crm', host(0o444)))).toBe('refused: program-not-executable');
  });
});

test('arguments follow, with the line of the policy that gives them', () => {
  const host = withPackage('#!/usr/bin/env node\n');
  const { argv, argvBecause } = granted(decide(crm(', args: [--quiet, stdio]'), 'crm', host));
  expect(argv).toEqual(['/usr/bin/node', ENTRY, '--quiet', 'stdio']);
  expect(argvBecause.map(({ reason }) => reason)).toEqual([
    'the interpreter',
    'the program of the package',
    '`args`',
    '`args`',
  ]);
});

test('a program that is not below the tree is none of the package', () => {
  const out = { 'npm:crm@1.2.3': { ...LOCKED, entry: `${STORE}/bin.js` } };
  const leads = statedHost({ tree: { [`${STORE}/bin.js`]: link('/opt/acme/crm.js') }, locked: out });
  expect(started(decide(crm(), 'crm', leads))).toBe('refused: package-changed');
  expect(started(decide(crm(), 'crm', statedHost({ locked: out })))).toBe('refused: package-changed');
});

test.each([
  ['d'.repeat(64), `/usr/bin/node ${ENTRY}`],
  ['e'.repeat(64), 'refused: program-changed'],
])('`sha256: %s` beside it is held to the program: %s', (sha256, expected) => {
  expect(started(decide(crm(`, sha256: ${sha256}`), 'crm', withPackage('#!/usr/bin/env node\n')))).toBe(expected);
});

describe('the plan says', () => {
  const plan = granted(decide(crm(), 'crm', withPackage('#!/usr/bin/env node\n')));

  test('what holds it, and no longer that nothing holds its packages', () => {
    expect(plan.program).toMatchObject({
      asked: 'npm:crm@1.2.3',
      real: ENTRY,
      heldBy: 'lock',
      locked: { identity: 'npm:crm@1.2.3', manifest: 'abc', tree: STORE, stats: '/abc.stat' },
    });
    expect(plan.notEnforced).not.toContain('lock');
    expect(granted(decide(withServer('/opt/acme/bin/crm'), 'crm', statedHost())).notEnforced).toContain('lock');
  });

  test('and says so to a person', () => {
    const lines = explain(plan).find(([title]) => title === 'program')?.[1] ?? [];
    expect(lines.map(({ what }) => what)).toEqual([ENTRY, 'run by /usr/bin/node', expect.stringContaining('lock')]);
    expect(lines.map(({ because }) => because?.reason).join('\n')).toContain('npm:crm@1.2.3');
  });

  test('that the tree is seen, to read', () => {
    expect(plan.mounts).toContainEqual(expect.objectContaining({ kind: 'bind', path: STORE, mode: 'read' }));
  });
});

test('the lock beside the strongest policy that names the server is the one that is asked', () => {
  const managed = layerOf(crm(), '/etc/mcp-secure-run/policy.yaml', 'managed');
  const user = layerOf(crm());
  const host = withPackage('#!/usr/bin/env node\n');
  const askedOf = (...layers: readonly Layer[]): string[] => {
    const asked: string[] = [];
    const policy = { layers };
    for (const entry of granted(byId('crm', policy))) {
      const identity = { kind: 'npm', name: 'crm', version: '1.2.3' } as const;
      const decision = decideLocked(entry, identity, { args: [], paths: [] }, policy, host, (_name, layer) => {
        asked.push(layer.kind);
        return allow(LOCKED);
      });
      expect(identsOf(decision)).toEqual([]);
    }
    return asked;
  };
  expect(askedOf(user)).toEqual(['user']);
  expect(askedOf(managed, user)).toEqual(['managed', 'managed']);
  const mail = 'version: 1\nservers: { mail: /opt/acme/bin/crm }\nceiling: { command: ["npm:*"] }\n';
  expect(askedOf(layerOf(mail, '/etc/mcp-secure-run/policy.yaml', 'managed'), user)).toEqual(['user']);
});

const belowManaged = (managed: string, user: string): string => {
  const layers = [layerOf(managed, '/etc/mcp-secure-run/policy.yaml', 'managed'), layerOf(user)];
  const request = { kind: 'server', id: 'crm', args: [] } as const;
  return started(resolve(request, { layers }, withPackage('#!/usr/bin/env node\n'), ENGINES));
};
const ceiling = (...patterns: readonly string[]): string =>
  `version: 1\nceiling: { command: ${JSON.stringify(patterns)} }\n`;

describe('of a package in several policies', () => {
  test.each<[patterns: readonly string[], expected: string]>([
    [['npm:*'], `/usr/bin/node ${ENTRY}`],
    [['npm:crm@*'], `/usr/bin/node ${ENTRY}`],
    [['npm:crm@1.2.3'], `/usr/bin/node ${ENTRY}`],
    [['/usr/bin', 'npm:c*@1.*'], `/usr/bin/node ${ENTRY}`],
    [['npm:crm'], 'refused: beyond-ceiling'],
    [['npm:crm@1.2.4', 'npm:crm-mcp@*'], 'refused: beyond-ceiling'],
    [['npm:@modelcontextprotocol/*'], 'refused: beyond-ceiling'],
    [['pypi:*', 'npm:CRM@*'], 'refused: beyond-ceiling'],
    [['/'], 'refused: beyond-ceiling'], // a package is admitted as one, wherever the store lies
    [[], 'refused: beyond-ceiling'],
  ])('a ceiling of %j: %s', (patterns, expected) => expect(belowManaged(ceiling(...patterns), crm())).toBe(expected));

  test.each<[user: string, expected: string]>([
    [crm(), `/usr/bin/node ${ENTRY}`],
    [withServer('{ command: npx, args: [-y, crm@1.2.3] }'), `/usr/bin/node ${ENTRY}`],
    [withServer('"npm:crm@1.2.4"'), 'refused: layer-conflict'],
    [withServer('/opt/acme/bin/crm'), 'refused: layer-conflict'],
    [crm(', args: [--more]'), 'refused: layer-conflict'],
  ])('below the same entry of the managed policy: %s', (user, expected) => {
    expect(belowManaged(crm(), user)).toBe(expected);
  });
});
