import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNormal, isWithin, overlaps, pathAndAncestors } from '../../../src/match/path.ts';

describe('whether a path lies within another', () => {
  test.each([
    ['/srv/app', '/srv/app', true, 'it is the same'],
    ['/srv/app/file', '/srv/app', true, 'it is in it'],
    ['/srv/app/deep/file', '/srv', true, 'it is deep in it'],
    ['/srv/app', '/', true, 'everything is within the root'],
    ['/', '/', true, 'so is the root'],
    ['/srv/app-evil', '/srv/app', false, 'the name only begins the same'],
    ['/srv/app.evil/file', '/srv/app', false, 'the name only begins the same'],
    ['/srv/ap', '/srv/app', false, 'the name is shorter'],
    ['/srv', '/srv/app', false, 'it is above'],
    ['/other/srv/app', '/srv/app', false, 'it has the same names elsewhere'],
    ['/SRV/app', '/srv/app', false, 'case counts'],
  ])('%s in %s: %s, for %s', (path, root, expected) => {
    expect(isWithin(path, root)).toBe(expected);
  });
});

const name = fc
  .string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', '.', '-', ' ', '~', '*', 'é', '\n', '\\') })
  .filter((text) => text !== '.' && text !== '..');
const names = fc.array(name, { maxLength: 5 });
const path = (components: readonly string[]): string => `/${components.join('/')}`;

describe('for all paths', () => {
  test('one lies within another exactly when its first components are the other’s', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const isPrefix = other.every((component, index) => one[index] === component);
        expect(isWithin(path(one), path(other))).toBe(isPrefix);
      }),
    );
  });

  test('what lies below a sibling never lies within', () => {
    fc.assert(
      fc.property(names, name, name, names, (above, here, suffix, below) => {
        expect(isWithin(path([...above, `${here}${suffix}`, ...below]), path([...above, here]))).toBe(false);
      }),
    );
  });

  test('what lies within what lies within lies within', () => {
    fc.assert(
      fc.property(names, names, names, (one, two, three) => {
        const [outer, middle, inner] = [path(one), path([...one, ...two]), path([...one, ...two, ...three])];
        expect([isWithin(middle, outer), isWithin(inner, middle), isWithin(inner, outer)]).toEqual([true, true, true]);
      }),
    );
  });

  test('two overlap whichever is named first, exactly when one lies within the other', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const [first, second] = [path(one), path(other)];
        expect(overlaps(first, second)).toBe(isWithin(first, second) || isWithin(second, first));
        expect(overlaps(first, second)).toBe(overlaps(second, first));
      }),
    );
  });

  test('a path of components is normal, and no longer so with `.`, `..` or an empty one among them', () => {
    fc.assert(
      fc.property(names, names, fc.constantFrom('.', '..', ''), (before, after, odd) => {
        expect(isNormal(path([...before, ...after]))).toBe(true);
        if (before.length + after.length + odd.length > 0)
          expect(isNormal(path([...before, odd, ...after]))).toBe(false);
      }),
    );
  });

  test('the steps to one are from the root to it, each within the next, and nothing is left out', () => {
    fc.assert(
      fc.property(names, (components) => {
        const steps = pathAndAncestors(path(components));
        expect(steps).toEqual(['/', ...components.map((_, index) => path(components.slice(0, index + 1)))]);
      }),
    );
  });
});

test.each(['', 'a', './a', 'a/b', '//', '/a/', '/a//b', '/.', '/..', '/a/..', '/a/./b', '/a\0b'])(
  '%j is not normal',
  (text) => {
    expect(isNormal(text)).toBe(false);
  },
);
