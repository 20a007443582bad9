import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNamePattern, matchesName } from '../../../src/match/name-pattern.ts';

describe('whether a pattern matches a name', () => {
  test.each([
    ['search', 'search', true, 'it is the same'],
    ['search', 'Search', false, 'case counts'],
    ['search', 'search_all', false, 'the name goes on'],
    ['search', 'research', false, 'the name begins earlier'],
    ['é', 'e\u0301', false, 'what only looks the same is another name'],
    ['*', 'search', true, 'a star is any name'],
    ['*', '', true, 'a star is also none'],
    ['', '', true, 'nothing is nothing'],
    ['', 'a', false, 'nothing is no name'],
    ['delete_*', 'delete_file', true, 'it begins so'],
    ['delete_*', 'delete_', true, 'a star may be empty'],
    ['delete_*', 'undelete_file', false, 'it begins otherwise'],
    ['*_file', 'delete_file', true, 'it ends so'],
    ['*_file', 'delete_file2', false, 'it ends otherwise'],
    ['a*a', 'a', false, 'one letter is not both ends'],
    ['a*a', 'aa', true, 'two letters are'],
    ['ab*ba', 'aba', false, 'the ends would overlap'],
    ['*a*', 'bab', true, 'it is in the middle'],
    ['*a*b*', 'ba', false, 'the order counts'],
    ['a**b', 'ab', true, 'two stars are as one'],
    ['a*b*c', 'abbbc', true, 'there is a way'],
    ['*ab*ab', 'abab', true, 'the first may be taken first'],
    ['*ab*ab', 'ab', false, 'nothing is used twice'],
    ['*.x', 'aXx', false, 'a dot is a dot'],
    ['a?', 'ab', false, 'a question mark is a question mark'],
    ['[ab]', 'a', false, 'brackets are brackets'],
    ['delete_*', 'delete_*', true, 'a star in a name is a character like others'],
    ['delete_x', 'delete_*', false, 'a star in a name stands for nothing'],
    ['*', 'a\nb', true, 'a star is any characters'],
  ])('%j on %j: %s, for %s', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });
});

const letters = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'é', '😀') });
const patterns = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', '*', 'é', '😀') });

/** Every way that a star could go, tried one by one. */
function matchesSlowly(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const [here, restOfPattern, restOfName] = [pattern[0], pattern.slice(1), name.slice(1)];
  if (here === '*') return matchesSlowly(restOfPattern, name) || (name !== '' && matchesSlowly(pattern, restOfName));
  return here === name[0] && matchesSlowly(restOfPattern, restOfName);
}

describe('for all patterns', () => {
  test('one without a star matches itself alone', () => {
    fc.assert(
      fc.property(letters, letters, (pattern, name) => {
        expect(matchesName(pattern, name)).toBe(pattern === name);
        expect(matchesName(pattern, pattern)).toBe(true);
      }),
    );
  });

  test('one with stars matches what a slow search finds', () => {
    fc.assert(
      fc.property(patterns, letters, (pattern, name) => {
        expect(matchesName(pattern, name)).toBe(matchesSlowly(pattern, name));
      }),
      { numRuns: 5000 },
    );
  });

  test('whatever the stars stood for, it matches', () => {
    fc.assert(
      fc.property(patterns, fc.array(letters, { minLength: 8, maxLength: 8 }), (pattern, runs) => {
        const left = [...runs];
        const name = pattern.replaceAll('*', () => left.shift() ?? '');
        expect(matchesName(pattern, name)).toBe(true);
      }),
    );
  });
});

test('a pattern of many stars gets through a long name that almost matches', () => {
  const pattern = `${'a*'.repeat(63)}b`;
  expect(matchesName(pattern, 'a'.repeat(1_000_000))).toBe(false);
  expect(matchesName(pattern, `${'a'.repeat(1_000_000)}b`)).toBe(true);
});

test.each(['a', 'read_file', 'ns/tool.v2', '*', 'delete_*', 'größe', '工具', '😀', 'a'.repeat(128)])(
  '`%s` can be the name of a row',
  (text) => {
    expect(isNamePattern(text)).toBe(true);
  },
);

test.each([
  ['', 'it is empty'],
  ['a'.repeat(129), 'it is too long'],
  ['a b', 'it holds a space'],
  [' a', 'it begins with a space'],
  ['a\n', 'it ends with a line feed'],
  ['a\u00a0b', 'it holds a space that does not break'],
  ['a\0', 'it holds a NUL'],
  ['a\u001b[2K', 'it holds an escape sequence'],
  ['a\u0085', 'it holds a control character beyond ASCII'],
  ['a\u200bb', 'it holds a space without width'],
  ['a\u202eb', 'it turns the direction of writing'],
  ['a\ufeff', 'it holds a byte order mark'],
  ['a\u00adb', 'it holds a soft hyphen'],
  ['a\u{e0041}', 'it holds an invisible tag'],
  ['a\ud800', 'it holds half a character'],
])('%j cannot be the name of a row, for %s', (text) => {
  expect(isNamePattern(text)).toBe(false);
});
