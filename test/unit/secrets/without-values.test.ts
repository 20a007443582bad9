import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutValues } from '../../../src/secrets/without-values.ts';

test.each<[string, string, string[], string]>([
  ['a value', 'cannot use hunter2!! here', ['hunter2!!'], 'cannot use [hidden] here'],
  ['a value that another begins', 'abcdefgh-abcdefghij', ['abcdefgh', 'abcdefghij'], '[hidden]-[hidden]'],
  ['a value in JSON', String.raw`{"a":"one\"two\n"}`, ['one"two\n'], String.raw`{"a":"[hidden]\n"}`],
  ['a value in a URL', 'GET /?q=a%2Fb%20cdef', ['a/b cdef'], 'GET /?q=[hidden]'],
  ['a value in base64', Buffer.from('hunter2!!').toString('base64'), ['hunter2!!'], '[hidden]'],
  ['a value in hexadecimal', Buffer.from('hunter2!!').toString('hex'), ['hunter2!!'], '[hidden]'],
  ['a value as Python writes JSON', String.raw`{"a": "p\u00e4sswort1"}`, ['pässwort1'], '{"a": "[hidden]"}'],
  ['a value in base64, after something', Buffer.from('x:hunter2!!').toString('base64'), ['hunter2!!'], 'eDp[hidden]E='],
  ['a value in capital hexadecimal', Buffer.from('hunter2!!').toString('hex').toUpperCase(), ['hunter2!!'], '[hidden]'],
  ['a line of a value', 'bad line: MIIEvQIB', ['-----BEGIN\nMIIEvQIB\n-----END'], 'bad line: [hidden]'],
  ['what looks like one', 'token ghp_16C7e42F292c6912E7710c838347Ae178B4a is bad', [], 'token [hidden] is bad'],
  [
    'no path and no sentence',
    '/home/ann/.password-store/work/github2.gpg: no such file',
    [],
    '/home/ann/.password-store/work/github2.gpg: no such file',
  ],
  ['all lines but the last', 'a\nb\n\nc\r\nd\n', [], 'b; c; d'],
  ['what moves the cursor', 'a\u001B[2Kb', [], String.raw`a\u{1b}[2Kb`],
])('%s is hidden', (_title, words, values, expected) => {
  expect(withoutValues(words, values)).toBe(expected);
});

test('what is shown is short', () => {
  expect(withoutValues('ab '.repeat(2000), [])).toHaveLength(301);
});

test('no value is shown, wherever it stands', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8);
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      // What is hidden leaves `[hidden]`, which a value could be a part of.
      fc.pre(!'[hidden]'.includes(secret) && !(before + after).includes(secret));
      const shown = withoutValues(`${before}${secret}${after}`, [secret]);
      expect(shown.replaceAll('[hidden]', '')).not.toContain(secret.trim());
    }),
  );
});
