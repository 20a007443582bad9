import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOlder, openFaults } from '../../../src/confine/bubblewrap-faults.ts';

describe('CVE-2026-87766, in', () => {
  test.each<[upstream: string | undefined, packaged: string | undefined, state: 'open' | 'mended']>([
    ['0.8.0', '0.8.0-2+deb12u1', 'open'],
    ['0.11.2', undefined, 'open'],
    ['0.12.0', undefined, 'mended'],
    ['0.12.0', '0.12.0-1~deb13u1', 'mended'],
    ['0.13.0', '0.13.0-1', 'mended'],
    ['1.0', undefined, 'mended'],
    ['0.9.0', '0.9.0-1ubuntu0.1', 'open'],
    ['0.9.0', '0.9.0-1ubuntu0.2', 'mended'],
    ['0.9.0', '0.9.0-1ubuntu0.3', 'open'],
    ['0.9.0', '0.9.0-1ubuntu0.20', 'open'],
    ['0.11.1', '0.11.1-1ubuntu0.2', 'mended'],
    [undefined, undefined, 'mended'],
  ])('%s, package %s: %s', (upstream, packaged, state) => {
    expect(openFaults({ upstream, packaged, lacks: [] })).toEqual(state === 'open' ? ['CVE-2026-87766'] : []);
  });
});

const weight = ([major = 0, minor = 0, patch = 0]: readonly number[]): number => major * 10_000 + minor * 100 + patch;

test('versions are in the order of their numbers', () => {
  const part = fc.nat(20);
  const version = fc.tuple(part, part, part);
  fc.assert(
    fc.property(version, version, (one, other) => {
      expect(isOlder(one.join('.'), other.join('.'))).toBe(weight(one) < weight(other));
    }),
  );
});
