import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suggest } from '../../../src/finding/suggest.ts';

const KNOWN = ['command', 'args', 'network', 'unsafe', 'pass', 'env'];

test.each([
  ['netwrk', 'network'],
  ['newtork', 'network'],
  ['Network', 'network'],
  ['comand', 'command'],
  ['arg', 'args'],
  ['agrs', 'args'],
  ['pss', 'pass'],
  ['unsave', 'unsafe'],
  ['evn', 'env'],
  ['environment', undefined],
  ['zzz', undefined],
  ['', undefined],
])('`%s` was probably meant to be %s', (written, meant) => {
  expect(suggest(written, KNOWN)).toBe(meant);
});

test('nothing is near where nothing is known', () => {
  expect(suggest('args', [])).toBeUndefined();
});

test('the nearest is taken, and what is known is its own nearest', () => {
  expect(suggest('crm-2', ['crm-1', 'crm-2', 'crm-3'])).toBe('crm-2');
  fc.assert(fc.property(fc.string({ minLength: 1 }), (word) => suggest(word, [`${word}x`, word]) === word));
});

test('what is suggested is one of the known', () => {
  const word = fc.stringMatching(/^[a-d]{0,6}$/);
  fc.assert(
    fc.property(word, fc.array(word), (written, known) => {
      const near = suggest(written, known);
      return near === undefined || known.includes(near);
    }),
  );
});
