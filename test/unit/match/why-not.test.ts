import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Matcher } from '../../../src/match/matcher.ts';
import { whyNot, type MatchContext } from '../../../src/match/why-not.ts';

/** `files` grants what lies below `/read` and `/write`, `network` one host. */
const context = (from: MatchContext['from']): MatchContext => ({
  from,
  path: (value, mode) => (value.startsWith(`/${mode}/`) ? undefined : `lies outside \`files.${mode}\``),
  host: (value) => (value === 'api.example.com' ? undefined : 'is granted by no entry of `network`'),
  regex: (pattern) => (text) => new RegExp(`^(?:${pattern})$`, 'u').test(text),
});

const said = (from: MatchContext['from'], matcher: Matcher, value: unknown): string =>
  whyNot(matcher, value, context(from)) ?? 'fits';

describe('a word of a command line', () => {
  test.each<[string, Matcher, string]>([
    ['stdio', { equals: 'stdio' }, 'fits'],
    ['http', { equals: 'stdio' }, 'is not `stdio`'],
    ['8080', { equals: 8080 }, 'fits'],
    ['08080', { equals: 8080 }, 'is not `8080`'],
    ['true', { equals: true }, 'fits'],
    ['', { equals: '' }, 'fits'],
    ['--quiet', { equals: '--quiet' }, 'fits'],
    ['b', { oneOf: ['a', 'b'] }, 'fits'],
    ['2', { oneOf: [1, 2] }, 'fits'],
    ['-v', { oneOf: ['-v', '-q'] }, 'fits'],
    ['c', { oneOf: ['a', 'b'] }, 'is not one of `a`, `b`'],
    ['A', { oneOf: ['a', 'b'] }, 'is not one of `a`, `b`'],
    ['1', { integer: [1, 10] }, 'fits'],
    ['10', { integer: [1, 10] }, 'fits'],
    ['-5', { integer: [-10, 10] }, 'fits'],
    ['0', { integer: [-10, 10] }, 'fits'],
    ['0', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['11', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['-0', { integer: [-1, 1] }, 'must be a whole number from -1 to 1'],
    ['+1', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['01', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['0x1', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['1.0', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['1e0', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    [' 1', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['1\n', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['١', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    ['', { integer: [0, 10] }, 'must be a whole number from 0 to 10'],
    ['9007199254740993', { integer: [0, 1e300] }, 'must be a whole number from 0 to 1e+300'],
    ['abc', { match: '[a-z]+' }, 'fits'],
    ['abc1', { match: '[a-z]+' }, 'does not match `[a-z]+`'],
    ['-abc', { match: '.*' }, 'starts with a dash, which free text never does'],
    ['--abc', { maxLength: 20 }, 'starts with a dash, which free text never does'],
    ['-', { match: '.*', maxLength: 20 }, 'starts with a dash, which free text never does'],
    ['a-b', { maxLength: 3 }, 'fits'],
    ['', { maxLength: 0 }, 'fits'],
    ['a', { maxLength: 0 }, 'is longer than 0 characters'],
    ['ab', { maxLength: 1 }, 'is longer than 1 character'],
    ['😀😀', { maxLength: 2 }, 'fits'],
    ['😀😀', { maxLength: 1 }, 'is longer than 1 character'],
    ['😀a', { maxLength: 1 }, 'is longer than 1 character'],
    ['/write/notes', { path: 'write' }, 'fits'],
    ['/read/notes', { path: 'write' }, 'lies outside `files.write`'],
    ['/read/notes', { path: 'read' }, 'fits'],
    ['/read/a\0/b', { path: 'read' }, 'holds a NUL, which no path does'],
    ['api.example.com', { host: true }, 'fits'],
    ['evil.example.com', { host: true }, 'is granted by no entry of `network`'],
    ['a', { each: { equals: 'a' } }, 'must be a list'],
    ['["a"]', { each: { equals: 'a' } }, 'must be a list'],
    ['a', {}, 'fits nothing, for its matcher is empty'],
    ['a', { equals: undefined, match: undefined }, 'fits nothing, for its matcher is empty'],
  ])('`%s`, which is to be %j: %s', (word, matcher, expected) => {
    expect(said('argv', matcher, word)).toBe(expected);
  });

  test('is no list, even where it is given as one', () => {
    expect(said('argv', { each: { equals: 'a' } }, ['a'])).toBe('must be a list');
  });
});

describe('a value of JSON', () => {
  test.each<[unknown, Matcher, string]>([
    ['a', { equals: 'a' }, 'fits'],
    [1, { equals: 1 }, 'fits'],
    [true, { equals: true }, 'fits'],
    ['1', { equals: 1 }, 'is not `1`'],
    [1, { equals: '1' }, 'is not `"1"`'],
    ['true', { equals: true }, 'is not `true`'],
    [0, { equals: false }, 'is not `false`'],
    [null, { equals: 'null' }, 'is not `"null"`'],
    [['a'], { equals: 'a' }, 'is not `"a"`'],
    [{ toString: 'a' }, { equals: 'a' }, 'is not `"a"`'],
    [2, { oneOf: [1, 2] }, 'fits'],
    ['2', { oneOf: [1, 2] }, 'is not one of `1`, `2`'],
    ['c', { oneOf: ['a', 'b'] }, 'is not one of `"a"`, `"b"`'],
    [5, { integer: [1, 10] }, 'fits'],
    ['5', { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    [5.5, { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    [2 ** 53, { integer: [1, 2 ** 60] }, `must be a whole number from 1 to ${2 ** 60}`],
    [true, { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    [null, { integer: [0, 10] }, 'must be a whole number from 0 to 10'],
    [[5], { integer: [1, 10] }, 'must be a whole number from 1 to 10'],
    [5, { match: '.*' }, 'must be text'],
    [null, { maxLength: 10 }, 'must be text'],
    [['a'], { maxLength: 10 }, 'must be text'],
    [['/read/a'], { path: 'read' }, 'must be text'],
    [{ length: 0 }, { maxLength: 10 }, 'must be text'],
    [5, { host: true }, 'must be text'],
    ['-rf', { match: '.*' }, 'starts with a dash, which free text never does'],
    ['-rf', { maxLength: 10 }, 'starts with a dash, which free text never does'],
    ['-rf', { oneOf: ['-rf'], maxLength: 10 }, 'fits'],
    ['/read/a', { path: 'read', maxLength: 7, match: '/.*' }, 'fits'],
    ['/read/ab', { path: 'read', maxLength: 7 }, 'is longer than 7 characters'],
    ['/other', { path: 'read', maxLength: 7 }, 'lies outside `files.read`'],
    ['/read/a', { path: 'read', match: '[a-z]*' }, 'does not match `[a-z]*`'],
    ['/read/a', { path: 'read', host: true }, 'is granted by no entry of `network`'],
    ['a', { equals: 'a', oneOf: ['b'] }, 'is not one of `"b"`'],
    [[], { each: { equals: 'a' } }, 'fits'],
    [['/read/a', '/read/b'], { each: { path: 'read' } }, 'fits'],
    [['/read/a', '/b'], { each: { path: 'read' } }, 'does not fit at index 1, which lies outside `files.read`'],
    [[1, 20], { each: { integer: [1, 10] } }, 'does not fit at index 1, which must be a whole number from 1 to 10'],
    [
      ['a', '-b'],
      { each: { match: '.*' } },
      'does not fit at index 1, which starts with a dash, which free text never does',
    ],
    ['a', { each: { equals: 'a' } }, 'must be a list'],
    [{ 0: 'a', length: 1 }, { each: { equals: 'a' } }, 'must be a list'],
    [['a'], { each: {} }, 'does not fit at index 0, which fits nothing, for its matcher is empty'],
    [
      [['a'], ['b']],
      { each: { each: { equals: 'a' } } },
      'does not fit at index 1, which does not fit at index 0, which is not `"a"`',
    ],
    [['a'], { each: { equals: 'a' }, maxLength: 1 }, 'must be text'],
    [undefined, {}, 'fits nothing, for its matcher is empty'],
  ])('%j, which is to be %j: %s', (value, matcher, expected) => {
    expect(said('json', matcher, value)).toBe(expected);
  });
});

test.each<[string, string, string]>([
  ['a text of 64 KiB', 'a'.repeat(65_536), 'fits'],
  ['one byte more', 'a'.repeat(65_537), 'is longer than 64 KiB, which is all that `match` reads'],
  ['as many characters of two bytes', 'é'.repeat(65_536), 'is longer than 64 KiB, which is all that `match` reads'],
])('%s and `match`', (_title, text, expected) => {
  expect(said('json', { match: '.*' }, text)).toBe(expected);
});

test('a member that this version does not know is no member', () => {
  const damaged: Matcher & { readonly glob: string } = { glob: '*' };
  expect(said('json', damaged, 'a')).toBe('fits nothing, for its matcher is empty');
});

const word = fc.constantFrom('', 'a', 'ab', 'c', '1', '10', '/read/a', '/write/a', 'api.example.com', '😀😀😀');
const scalar = fc.oneof(word, fc.integer({ min: -2, max: 12 }), fc.boolean());
const matchers: fc.Arbitrary<Matcher> = fc
  .record({
    equals: scalar,
    oneOf: fc.array(scalar, { minLength: 1, maxLength: 6 }),
    path: fc.constantFrom<'read' | 'write'>('read', 'write'),
    host: fc.constant<true>(true),
    integer: fc.constantFrom<[number, number]>([0, 10], [-5, 5]),
    match: fc.constantFrom('[ab1]*', '.*', '/.*'),
    maxLength: fc.integer({ min: 0, max: 8 }),
  })
  .chain((whole) =>
    fc.subarray(Object.entries(whole), { minLength: 1, maxLength: 3 }).map(Object.fromEntries<unknown>),
  );
const values = fc.oneof(scalar, fc.constant(null), fc.array(word, { maxLength: 2 }));
const origins = fc.constantFrom<MatchContext['from'][]>('argv', 'json');

describe('for all matchers and values', () => {
  test('free text that starts with a dash never fits', () => {
    const free = matchers.map(({ match, maxLength = 100 }): Matcher => ({ match, maxLength }));
    fc.assert(
      fc.property(free, fc.string(), origins, (matcher, text, from) => {
        expect(said(from, matcher, `-${text}`)).not.toBe('fits');
      }),
    );
  });

  test('a matcher fits exactly what each of its members fits', () => {
    fc.assert(
      fc.property(matchers, values, origins, (matcher, value, from) => {
        const members = Object.entries(matcher).map(([member, wanted]): Matcher => ({ [member]: wanted }));
        const fits = members.every((member) => said(from, member, value) === 'fits');
        expect(said(from, matcher, value) === 'fits').toBe(fits);
      }),
      { numRuns: 2000 },
    );
  });

  test('a list fits exactly when each item does', () => {
    fc.assert(
      fc.property(matchers, fc.array(values, { maxLength: 3 }), (each, items) => {
        const fits = items.every((item) => said('json', each, item) === 'fits');
        expect(said('json', { each }, items) === 'fits').toBe(fits);
      }),
    );
  });
});
