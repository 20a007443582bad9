import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/match/regex.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) throw new Error(`\`${pattern}\` ${compiled.reason}`);
  return compiled.test(text);
}

function fate(pattern: string): string {
  const compiled = compileRegex(pattern);
  return compiled.ok ? 'is compiled' : compiled.reason;
}

/** Of the processor's time, which does not pass while others run. */
function msSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

describe('whether an expression matches', () => {
  test.each([
    ['a+', 'aaa', true, 'it matches all of it'],
    ['a+', 'aaab', false, 'something is left behind it'],
    ['a+', 'baaa', false, 'something is left before it'],
    ['', '', true, 'nothing is nothing'],
    ['', 'a', false, 'nothing is no text'],
    ['a|ab', 'ab', true, 'the other branch matches all'],
    ['a|b', 'ac', false, 'the anchors hold for each branch'],
    ['a$', 'a\n', false, 'a line feed at the end is no end'],
    ['(?m)^a$', 'a\nb', false, 'the ends of lines are not the ends of the text'],
    ['(?m)^a$\n^b$', 'a\nb', true, 'unless all lines are said'],
    ['.*', 'a\nb', false, 'a dot is no line feed'],
    ['(?s).*', 'a\nb', true, 'unless the pattern says so'],
    ['(?i)straße', 'STRAßE', true, 'case is folded where the pattern says so'],
    ['.', '😀', true, 'a dot is a character, not half of one'],
    ['\\d+', '١', false, 'digits are ASCII'],
    ['\\pL+', 'größe', true, 'letters of all scripts have a class'],
    ['[a-z]{2,3}', 'abcd', false, 'repetitions are counted'],
    ['a*?', 'aaa', true, 'a lazy one still takes all'],
    ['\\bab\\b', 'ab', true, 'the ends are ends of words'],
  ])('%j on %j: %s, for %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });
});

const TOO_LARGE = 'takes more than 2,500 steps with its repetitions written out: `maxLength` bounds a length';

describe('an expression that has no linear-time engine, or is none', () => {
  test.each([
    ['(a)\\1', 'uses a back reference, which has no linear-time engine'],
    ['(?P<n>a)\\k<n>', 'uses a back reference, which has no linear-time engine'],
    ['(?=a)b', 'looks ahead or behind, which has no linear-time engine'],
    ['(?!a)b', 'looks ahead or behind, which has no linear-time engine'],
    ['(?<=a)b', 'looks ahead or behind, which has no linear-time engine'],
    ['(?<!a)b', 'looks ahead or behind, which has no linear-time engine'],
    ['(?>a)', 'is no regular expression: invalid or unsupported Perl syntax: `(?>`'],
    ['a++', 'is no regular expression: invalid nested repetition operator: `++`'],
    ['[a', 'is no regular expression: missing closing ]: `[a`'],
    ['(a', 'is no regular expression: missing closing ): `(a`'],
    ['a)', 'is no regular expression: unexpected ): `a)`'],
    ['a)|(?:b', 'is no regular expression: unexpected ): `a)|(?:b`'],
    ['*', 'is no regular expression: missing argument to repetition operator: `*`'],
    ['[z-a]', 'is no regular expression: invalid character class range: `z-a`'],
    ['a{2,1}', 'is no regular expression: invalid repeat count: `{2,1}`'],
    ['a{1001}', 'is no regular expression: invalid repeat count: `{1001}`'],
    ['\\', 'is no regular expression: trailing backslash at end of expression'],
    ['\\u0041', 'is no regular expression: invalid escape sequence: `\\u`'],
    ['\\p{Elvish}', 'is no regular expression: invalid character class range: `\\p{Elvish}`'],
    ['a'.repeat(1001), 'is longer than 1,000 characters'],
  ])('`%s` %s', (pattern, expected) => {
    expect(fate(pattern)).toBe(expected);
  });
});

const long = 'a'.repeat(900);

describe('an expression that grows', () => {
  test.each([
    ['a thousand times one letter', 'a{1000}', 'is compiled'],
    ['up to a thousand letters', '[a-z]{0,1000}', 'is compiled'],
    ['a name of labels', '[a-z]{1,63}(\\.[a-z]{1,63}){1,8}', 'is compiled'],
    ['a long text', 'a'.repeat(1000), 'is compiled'],
    ['a thousand times a thousand', '(a{1000}){1000}', TOO_LARGE],
    ['fifty to the power of four', '((((x{50}){50}){50}){50})', TOO_LARGE],
    ['twenty doublings', `${'('.repeat(20)}a${'{2})'.repeat(20)}`, TOO_LARGE],
    ['a thousand times, a hundred times over', 'a{1000}'.repeat(142), TOO_LARGE],
    ['nothing or a letter, a hundred times over', '(|a){1000}'.repeat(100), TOO_LARGE],
    ['a long group, a thousand times', `(${long}){1000}`, TOO_LARGE],
    ['three times, a flag between', `(${long})(?i){3}`, TOO_LARGE],
    ['three times, an empty quotation between', `(${long})\\Q\\E{3}`, TOO_LARGE],
    ['three times, a parenthesis in a class', `(${long}[[:alpha:](]){3}`, TOO_LARGE],
    ['three times, one after a bracket in a class', `(${long}[](]){3}`, TOO_LARGE],
    ['three times, one after what is escaped in a class', `(${long}[\\](]){3}`, TOO_LARGE],
    ['three times, one that is escaped', `(${long}\\(){3}`, TOO_LARGE],
    ['three times, one that is quoted', `(${long}\\Q(\\E){3}`, TOO_LARGE],
  ])('%s is known at once', (_title, pattern, expected) => {
    const started = process.cpuUsage();
    expect(fate(pattern)).toBe(expected);
    // Measured: 15 ms at most. Some of these take half a second when they are written out.
    expect(msSince(started)).toBeLessThan(250);
  });

  test('many brackets that never close are known at once', () => {
    for (const piece of ['[:', '[[:', '[', '[^', '[\\', '\\Q', '(?P<', '{1', '\\p{']) {
      const started = process.cpuUsage();
      expect(fate(piece.repeat(1000 / piece.length))).not.toBe('');
      expect(msSince(started)).toBeLessThan(250);
    }
  });

  const pieces = [
    'a bc . ( (?: (?P<n> (?i: ) ) ) | * + ? {3} {2,9} {4,} {0} {,3} {01} { } ^ $ (?i) (?s-i)',
    '[a-z] [^)] [](] [[:alpha:])] [\\](] [ ] \\d \\pL \\p{Greek} \\x{41}',
    '\\( \\) \\[ \\{ \\\\ \\Q \\E \\Q(\\E \\Q[\\E \\Q\\E',
  ].flatMap((some) => some.split(' '));

  test('whatever is compiled is small', () => {
    const repeated = fc.tuple(
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
      fc.constantFrom('', '{100}', '{500}', '{900,1000}'),
    );
    fc.assert(
      fc.property(repeated, ([some, times]) => {
        const pattern = `(?:${some.join('')})${times}`;
        fc.pre(compileRegex(pattern).ok);
        expect(RE2JS.compile(pattern).programSize()).toBeLessThanOrEqual(2500);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['(a+)+$', 'a'],
  ['(a|a)*b', 'a'],
  ['(a*)*b', 'a'],
  ['([a-zA-Z]+)*\\d', 'a'],
  ['(.*)*x', 'a'],
  ['(?:a?){30}a{30}b', 'a'],
  ['(\\w+\\s?)*\\?', 'a word '],
])('`%s` is through with 50,000 characters that almost match within a second', (pattern, text) => {
  const started = process.cpuUsage();
  expect(matches(pattern, `${text.repeat(50_000 / text.length)}!`)).toBe(false);
  expect(msSince(started)).toBeLessThan(1000);
});

/** What both engines read alike. Groups are few and texts short, for one of the two goes back and tries again. */
const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom('a', 'b', 'é', '😀', '.', '[ab]', '[^a]', '[b-é]', '\\.', '^', '$', '\\b'),
    tie('expression').map((inner) => `(?:${inner})`),
    tie('expression').map((inner) => `(${inner})`),
  ),
  expression: fc
    .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{1,2}', '{2,}')), {
      maxLength: 3,
    })
    .chain((parts) => fc.constantFrom('', '', '|').map((or) => parts.map(quantified).join(or))),
}));
const texts = fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'b', 'é', '😀', '.', '\n') });

/** An edge is not repeated: JavaScript does not take it. */
function quantified([atom, times]: readonly [string, string]): string {
  return ['^', '$', '\\b'].includes(atom) ? atom : atom + times;
}

test('an expression that JavaScript reads alike matches what its anchored RegExp matches', () => {
  fc.assert(
    fc.property(expression, texts, (pattern, text) => {
      expect(matches(pattern, text)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text));
    }),
    { numRuns: 3000 },
  );
});
