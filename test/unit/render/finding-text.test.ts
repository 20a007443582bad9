import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal, type Finding, type Place } from '../../../src/finding/finding.ts';
import { printable } from '../../../src/finding/printable.ts';
import { findingText } from '../../../src/render/finding-text.ts';

const TEXT = Array.from({ length: 13 }, () => '#').join('\n') + '\n    pass: [ACME_REGION]\n\tcwd:\tx\r\nb\u202Ea: c\n';

function at(line: number, column: number, length: number): Place {
  return { file: 'policy.yaml', line, column, length };
}

/** The text as that of the file that a place names. */
const textsOf = (place: Place | undefined, text: string | undefined): ReadonlyMap<string, string> =>
  new Map(text === undefined ? [] : [[place?.file ?? '', text]]);

function show(place: Place | undefined, text: string | undefined = TEXT): string {
  const hint = 'set it where the client starts, or write `ACME_REGION?` if the server can do without';
  return findingText(
    refusal('env-missing', '`ACME_REGION` is not set, and `crm` needs it', hint, place),
    textsOf(place, text),
  );
}

const HINT = 'hint: set it where the client starts, or write `ACME_REGION?` if the server can do without';

test('a finding looks like a compiler’s', () => {
  expect(show(at(14, 12, 11))).toBe(`error[env-missing]: \`ACME_REGION\` is not set, and \`crm\` needs it
  --> policy.yaml:14:12
   |
14 |     pass: [ACME_REGION]
   |            ^^^^^^^^^^^
   = ${HINT}
`);
});

test('without a place it has none', () => {
  expect(show(undefined)).toBe(`error[env-missing]: \`ACME_REGION\` is not set, and \`crm\` needs it
 = ${HINT}
`);
});

test.each([
  ['the text is not at hand', at(14, 12, 11), undefined],
  ['the text has no such line', at(99, 1, 1), TEXT],
])('without the line where %s', (_title, place, text) => {
  expect(findingText(refusal('env-missing', 'm', 'h', place), textsOf(place, text))).toBe(
    `error[env-missing]: m\n  --> policy.yaml:${place.line}:${place.column}\n   = hint: h\n`,
  );
});

const marks = (place: Place): string[] => show(place).split('\n').slice(3, 5);

describe('the marks stand below the words', () => {
  test.each<[title: string, place: Place, lines: string[]]>([
    ['a tab is one column wide', at(15, 2, 3), ['15 |  cwd: x', '   |  ^^^']],
    ['a line that ends in CRLF', at(15, 7, 9), ['15 |  cwd: x', '   |       ^']],
    ['longer than the line', at(14, 12, 500), ['14 |     pass: [ACME_REGION]', '   |            ^^^^^^^^^^^^']],
    ['past the end of the line', at(14, 24, 1), ['14 |     pass: [ACME_REGION]', '   |                        ^']],
    // What is shown for a character that cannot be is wider than it was.
    ['behind what is shown in another way', at(16, 5, 1), ['16 | b\\u{202e}a: c', '   |            ^']],
  ])('%s', (_title, place, lines) => {
    expect(marks(place)).toEqual(lines);
  });
});

test('a line number of one digit has a gutter of one', () => {
  expect(
    show(at(1, 1, 1))
      .split('\n')
      .slice(1, 5),
  ).toEqual([' --> policy.yaml:1:1', '  |', '1 | #', '  | ^']);
});

test('a warning says so', () => {
  const finding: Finding = { ident: 'usage', severity: 'warning', message: 'm', hint: 'h' };
  expect(findingText(finding, new Map())).toBe('warning[usage]: m\n = hint: h\n');
});

test('colour only paints: without it, the same is said', () => {
  const painted = findingText(refusal('usage', 'm', 'h', at(14, 12, 11)), textsOf(at(14, 12, 11), TEXT), {
    error: (text) => `<${text}>`,
    warning: (text) => `<${text}>`,
    quiet: (text) => `<${text}>`,
    strong: (text) => `<${text}>`,
  });
  expect(
    painted
      .replace(/<(.*?)>/g, '$1')
      .replaceAll('<-->>', '-->')
      .replace(/[<>]/g, ''),
  ).toBe(findingText(refusal('usage', 'm', 'h', at(14, 12, 11)), textsOf(at(14, 12, 11), TEXT)).replace(/[<>]/g, ''));
});

describe('nothing moves the cursor, hides, or turns text round', () => {
  test.each([
    ['\x1b[31mred', '\\u{1b}[31mred'],
    ['a\rb', 'a\\u{d}b'],
    ['a\nb', 'a\\u{a}b'],
    ['a\tb', 'a\\u{9}b'],
    ['a\u202Eb', 'a\\u{202e}b'],
    ['a\u2066b', 'a\\u{2066}b'],
    ['a\u200Bb', 'a\\u{200b}b'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['a\uFEFFb', 'a\\u{feff}b'],
    ['a\x9Bb', 'a\\u{9b}b'],
    ['a\u{E0041}b', 'a\\u{e0041}b'],
    ['naïve ünicode 日本 👍', 'naïve ünicode 日本 👍'],
  ])('%j is shown as %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('in any part of a finding', () => {
    const evil = 'x\x1b[2J\u202Ey';
    const text = findingText(
      refusal('usage', evil, evil, { ...at(1, 1, 1), file: evil }),
      new Map([[evil, `${evil}\n`]]),
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test('whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

test('a line that nobody is to be shown is not shown', () => {
  const finding: Finding = { ...refusal('usage', 'm', 'h', at(14, 12, 11)), hidesLine: true };
  expect(findingText(finding, textsOf(at(14, 12, 11), TEXT))).toBe(
    'error[usage]: m\n  --> policy.yaml:14:12\n   = hint: h\n',
  );
});
