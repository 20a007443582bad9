import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/plan/explain.ts';
import { deny } from '../../../src/finding/decision.ts';
import { refusal } from '../../../src/finding/finding.ts';
import { decideLockedPython } from '../../../src/plan/decide-locked-python.ts';
import type { Engines } from '../../../src/plan/matching.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { decide, ENGINES, granted, identsOf, layerOf, started, withServer } from '../../kit/decide.ts';
import { ANNAS, BOBS, directory, file, link, program, statedHost, type Stated } from '../../kit/stated-host.ts';

const STORE = '/home/anna/.local/share/mcp-secure-run/store/pypi/abc';
const ENTRY = `${STORE}/bin/crm`;
const LOCKED = {
  'pypi:crm==1.2.3': { tree: STORE, manifest: 'abc', stats: '/abc.stat', entry: ENTRY, sha256: 'd'.repeat(64) },
};

function withPython(more: Readonly<Record<string, Stated>> = {}, locked: typeof LOCKED = LOCKED) {
  return statedHost({ tree: { [ENTRY]: file('import site\n'), ...more }, locked });
}

const crm = (keys = '', ...top: readonly string[]): string =>
  withServer(`{ command: "pypi:crm==1.2.3"${keys} }`, ...top);

describe('what runs the program of a Python package', () => {
  test('`python3` of the system, isolated, without the packages of the machine', () => {
    const plan = granted(decide(crm(', args: [--quiet]'), 'crm', withPython()));
    expect(plan.argv).toEqual(['/usr/bin/python3.11', '-I', '-S', '-B', ENTRY, '--quiet']);
    expect(plan.argvBecause).toHaveLength(plan.argv.length);
    expect(plan.mounts).toContainEqual(expect.objectContaining({ kind: 'bind', path: STORE, mode: 'read' }));
    expect(plan.notEnforced).not.toContain('lock');
    const lines = explain(plan).find(([title]) => title === 'program')?.[1] ?? [];
    expect(lines.map(({ because }) => because?.reason).join('\n')).toContain('pypi:crm==1.2.3');
  });

  test.each<[title: string, python: Stated, expected: string]>([
    ['of `programPath`, by its real file', link('/opt/py/bin/python3.13'), `/opt/py/bin/python3.13 -I -S -B ${ENTRY}`],
    ['a script, as version managers put it on `PATH`', program('#!/bin/sh\n'), 'refused: program-missing'],
    ['another Python', link('/opt/py/bin/pypy3.10'), 'refused: program-missing'],
    ['another account’s', link('/opt/py/bin/python3.12'), 'refused: program-owner'],
    ['a script that is called as one', link('/opt/py/bin/python3.14'), 'refused: shebang'],
  ])('%s', (_title, python, expected) => {
    const more = {
      '/opt/py/bin/python3.13': program(),
      '/opt/py/bin/pypy3.10': program(),
      '/opt/py/bin/python3.12': program('', BOBS),
      '/opt/py/bin/python3.14': program('#!/bin/sh\n'),
      '/opt/own/python3': python,
    };
    expect(started(decide(crm('', 'programPath: [/opt/own]'), 'crm', withPython(more)))).toBe(expected);
  });
});

test('a program that is not below the tree is none of the package', () => {
  const entry = `${STORE}/bin/out`;
  const out = { 'pypi:crm==1.2.3': { ...LOCKED['pypi:crm==1.2.3'], entry } };
  expect(started(decide(crm(), 'crm', withPython({ [entry]: link('/opt/acme/crm.js') }, out)))).toBe(
    'refused: package-changed',
  );
  expect(started(decide(crm(), 'crm', withPython({}, out)))).toBe('refused: package-changed');
});

test('a Python that a server’s own link leads to does not run it', () => {
  const more = { '/srv/own': directory(ANNAS), '/srv/own/python3': link('/usr/bin/python3.11', ANNAS) };
  const text = crm(', files: { write: [/srv/own] }', 'programPath: [/srv/own]');
  expect(identsOf(decide(text, 'crm', withPython(more)))).toContain('grant-link');
});

test('of several policies that name it, the lock of the strongest says what it is', () => {
  const layers = [layerOf(crm(), '/etc/mcp-secure-run/policy.yaml', 'managed'), layerOf(crm())];
  const asked: string[] = [];
  const locked: Engines['locked'] = (entry, identity, filled, policy, host) =>
    identity.kind === 'npm'
      ? ENGINES.locked(entry, identity, filled, policy, host)
      : decideLockedPython(entry, identity, filled, policy, host, (_identity, { kind }) => {
          asked.push(kind);
          return deny(refusal('not-locked', 'nothing is', 'lock it'));
        });
  const decision = resolve({ kind: 'server', id: 'crm', args: [] }, { layers }, withPython(), { ...ENGINES, locked });
  expect([identsOf(decision), asked]).toEqual([['not-locked'], ['managed', 'managed']]);
});

test('`sha256` beside it is held to the program', () => {
  expect(started(decide(crm(`, sha256: ${'d'.repeat(64)}`), 'crm', withPython()))).toContain(ENTRY);
  expect(started(decide(crm(`, sha256: ${'e'.repeat(64)}`), 'crm', withPython()))).toBe('refused: program-changed');
});

test('a variable that Python would go by is refused, though it would not go by it', () => {
  expect(started(decide(crm(', env: { PYTHONPATH: /srv }'), 'crm', withPython()))).toBe('refused: env-loader');
});
