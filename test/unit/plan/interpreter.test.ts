import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { interpreterAt } from '../../../src/plan/interpreter.ts';

test.each([
  '/usr/bin/node',
  '/opt/node-20/bin/node',
  '/usr/bin/nodejs',
  '/usr/bin/python3.11',
  '/usr/bin/python3',
  '/usr/bin/python',
  '/usr/bin/dash',
  '/bin/sh',
  '/usr/bin/bash',
  '/bin/busybox',
  '/usr/bin/perl',
  '/usr/bin/perl5.36.0',
  '/usr/bin/ruby3.1',
])('%s runs what it is given', (real) => {
  expect(interpreterAt(real)).toBeDefined();
});

test.each([
  '/usr/bin/touch',
  '/usr/bin/node-gyp',
  '/usr/bin/python3-config',
  '/opt/python3.11/server',
  '/srv/mynode',
  '/srv/sh/x',
])('%s is a program of its own', (real) => {
  expect(interpreterAt(real)).toBeUndefined();
});

test.each([
  ['/usr/bin/python3.11', ['/usr/lib/python3.11', '/usr/lib/libpython3.11.so.1.0', '/usr/lib/libpython3.so']],
  [
    '/opt/py/bin/python3.12',
    ['/opt/py/lib/python3.12', '/opt/py/lib/libpython3.12.so.1.0', '/opt/py/lib/libpython3.so'],
  ],
  ['/usr/bin/python3', []],
  ['/usr/bin/node', []],
])('%s needs %j', (real, needs) => {
  expect(interpreterAt(real)?.needs(real)).toEqual(needs);
});

test('for all places: what an interpreter needs is never a prefix as such', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(?:\/[a-z]{1,5}){0,4}$/), fc.integer({ min: 0, max: 20 }), (prefix, minor) => {
      const real = `${prefix}/bin/python3.${minor}`;
      for (const path of interpreterAt(real)?.needs(real) ?? []) expect(path.startsWith(`${prefix}/lib/`)).toBe(true);
    }),
  );
});
