import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileMask } from '../../../src/mask/compile-mask.ts';
import { writtenForms } from '../../../src/mask/written-forms.ts';

test.each([
  ['a plain value', [['TOKEN', 'abcdefgh']], ['[secret TOKEN]']],
  ['a name that JSON would escape', [['A"\\\n\u001bB', 'abcdefgh']], ['[secret A____B]']],
  ['a value that is in its mask', [['ABCDEFGH', 'ABCDEFGH']], ['[secret]']],
  [
    'a value that is another one’s name',
    [
      ['LONG_NAME', 'abcdefgh'],
      ['B', 'LONG_NAME'],
    ],
    ['[secret]', '[secret B]'],
  ],
  [
    'a value that is in every mask',
    [
      ['A', 'secret'],
      ['B', 'abcdefgh'],
    ],
    ['[]'],
  ],
  [
    'a value with a bracket',
    [
      ['A', 'abc]defgh'],
      ['B', 'abcdefgh'],
    ],
    ['<secret A>', '<secret B>'],
  ],
  ['values with all brackets', [['A', '[]<>{}()']], ['█secret A█']],
  [
    'a value with all of it',
    [
      ['A', '[]<>{}()█'],
      ['B', 'secret'],
    ],
    ['▉▉'],
  ],
] as const)('%s', (_title, secrets, expected) => {
  expect(compileMask(secrets.map(([name, value]) => ({ name, value }))).marks).toEqual(expected);
});

test('no mask makes a secret of what stands beside it', () => {
  const part = fc.constantFrom('[', ']', 'secret', ' ', 'A', '[secret A]', '<', '>', 'x');
  const value = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const text = (values: readonly string[]) =>
    fc.array(fc.oneof(part, fc.constantFrom(...values)), { maxLength: 12 }).map((parts) => parts.join(''));
  const given = fc
    .array(value, { minLength: 1, maxLength: 3 })
    .chain((values) => fc.record({ values: fc.constant(values), text: text(values) }));
  fc.assert(
    fc.property(given, ({ values, text: before }) => {
      const masked = compileMask(values.map((one) => ({ name: 'A', value: one }))).maskText(before);
      for (const form of values.flatMap((one) => [...writtenForms(one)]))
        expect(Buffer.from(masked).toString('latin1')).not.toContain(form);
    }),
    { numRuns: 500 },
  );
});
