import { expect, test } from 'vitest';
import { ignoresProxy } from '../../../src/egress/ignores-proxy.ts';

test.each([
  ['20.20.2', true],
  ['22.20.0', true],
  ['22.21.0', false],
  ['23.11.1', true],
  ['24.4.1', true],
  ['24.5.0', false],
  ['26.0.0', false],
])('Node.js %s asks no proxy: %s', (version, expected) => {
  expect(ignoresProxy(version)).toBe(expected);
});
