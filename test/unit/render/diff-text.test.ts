import fc from 'fast-check';
import { applyPatch } from 'diff';
import { describe, expect, test } from 'vitest';
import { diffText } from '../../../src/render/diff-text.ts';
import type { Paint } from '../../../src/render/finding-text.ts';

const same = (text: string): string => text;
const PLAIN: Paint = { error: same, warning: same, quiet: same, strong: same };
const SHOWN: Paint = {
  error: (text) => `<error>${text}`,
  warning: (text) => `<warning>${text}`,
  quiet: (text) => `<quiet>${text}`,
  strong: (text) => `<strong>${text}`,
};

const show = (before: string, after: string, paint = PLAIN): string => diffText('policy.yaml', before, after, paint);
const body = (before: string, after: string): string => show(before, after).split('\n').slice(2).join('\n');

test('an edit is shown with three lines round it', () => {
  const before =
    'version: 1\nservers:\n  a:\n    command: x\n    args: []\n    network: none\n\n  b:\n    command: y\n';
  expect(show(before, before.replace('none', '[b.com]'))).toBe(`--- policy.yaml
+++ policy.yaml
@@ -3,7 +3,7 @@
   a:
     command: x
     args: []
-    network: none
+    network: [b.com]
${' '}
   b:
     command: y
`);
});

test('edits that are far from each other have a head each', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `${index}\n`);
  const after = lines.with(1, 'one\n').with(18, '18\nand more\n');
  expect(body(lines.join(''), after.join(''))).toBe(
    '@@ -1,5 +1,5 @@\n 0\n-1\n+one\n 2\n 3\n 4\n@@ -17,4 +17,5 @@\n 16\n 17\n 18\n+and more\n 19\n',
  );
});

test.each([
  ['nothing changed', 'a\n', 'a\n', ''],
  ['a new file', '', 'a\n', '@@ -0,0 +1,1 @@\n+a\n'],
  ['an emptied file', 'a\n', '', '@@ -1,1 +0,0 @@\n-a\n'],
  [
    'no final newline',
    'a',
    'a\nb',
    '@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n',
  ],
  ['CRLF in every line', 'a\r\nb\r\n', 'a\r\nc\r\nb\r\n', '@@ -1,2 +1,3 @@\n a\n+c\n b\n'],
  ['CRLF in some lines', 'a\r\nb\n', 'a\r\nb\nc\n', '@@ -1,2 +1,3 @@\n a\\u{d}\n b\n+c\n'],
  ['CRLF that goes', 'a\r\nb\r\n', 'a\nb\r\n', '@@ -1,2 +1,2 @@\n-a\\u{d}\n+a\n b\\u{d}\n'],
  ['a tab', '{\n\t"a": 1\n}\n', '{\n\t"a": 2\n}\n', '@@ -1,3 +1,3 @@\n {\n-    "a": 1\n+    "a": 2\n }\n'],
  ['what cannot be seen', 'a\n', 'a\u200B\n', '@@ -1,1 +1,1 @@\n-a\n+a\\u{200b}\n'],
  ['what moves the cursor', 'a\x1b[2K\r\u2028b\n', 'a\n', '@@ -1,1 +1,1 @@\n-a\\u{1b}[2K\\u{d}\\u{2028}b\n+a\n'],
  ['a line that looks like a sign', '+a\n-b\n', '+a\n-b\n\\c\n', '@@ -1,2 +1,3 @@\n +a\n -b\n+\\c\n'],
])('%s', (_title, before, after, expected) => {
  expect(body(before, after)).toBe(expected);
});

test('the name of the file cannot move the cursor either', () => {
  expect(diffText('p\n\x1b.yaml', 'a\n', 'b\n', PLAIN).split('\n').slice(0, 2)).toEqual([
    '--- p\\u{a}\\u{1b}.yaml',
    '+++ p\\u{a}\\u{1b}.yaml',
  ]);
});

describe('colour', () => {
  test('paints what goes, what comes, and what is neither in three ways', () => {
    expect(show('a\nb\n', 'a\nc', SHOWN).split('\n')).toEqual([
      '<strong>--- policy.yaml',
      '<strong>+++ policy.yaml',
      '<quiet>@@ -1,2 +1,2 @@',
      ' a',
      '<error>-b',
      '<strong>+c',
      '<quiet>\\ No newline at end of file',
      '',
    ]);
  });

  test('only paints: without it, the same is said', () => {
    expect(show('a\nb\n', 'a\nc', SHOWN).replace(/<\w+>/g, '')).toBe(show('a\nb\n', 'a\nc'));
  });
});

describe('whatever the texts', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '- c', '+ d', '\\ e', '', '  f: [g]'))
    .map((lines) => lines.join('\n'));

  test('of texts that can be printed, the diff leads from one to the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = show(before, after);
        expect(diff === '').toBe(before === after);
        expect(diff === '' ? before : applyPatch(before, diff)).toBe(after);
      }),
    );
  });

  test('nothing in a diff moves the cursor, hides, or turns text round', () => {
    const any = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(any, any, (before, after) => {
        expect(show(before, after).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
