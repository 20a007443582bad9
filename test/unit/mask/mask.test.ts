import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMask } from '../../../src/mask/compile-mask.ts';
import { writtenForms } from '../../../src/mask/written-forms.ts';
import { ENCODED } from './encoded.ts';

const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const PASSWORD = 'p4ss/w"ö\\rd&<+ =';
const KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2',
  'OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r',
  '1RTwjmYSi9R/zpBnuQ4EiMnC',
  'qfMP==',
  '-----END PRIVATE KEY-----',
].join('\n');

const mask = compileMask([
  { name: 'TOKEN', value: TOKEN },
  { name: 'PASSWORD', value: PASSWORD },
  { name: 'KEY', value: `${KEY}\n` },
]);

describe('a secret is masked', () => {
  test.each([
    ['in a line', `token ${TOKEN}\n`, 'token [secret TOKEN]\n'],
    ['where it is all', TOKEN, '[secret TOKEN]'],
    ['beside others', `${TOKEN}${PASSWORD}${TOKEN}`, '[secret TOKEN][secret PASSWORD][secret TOKEN]'],
    ['in the user of a URL', `https://x:${TOKEN}@host/`, 'https://x:[secret TOKEN]@host/'],
    ['of several lines', `${KEY}\n`, '[secret KEY]\n'],
    ['of several lines, in JSON', JSON.stringify({ KEY }), '{"KEY":"[secret KEY]"}'],
    ['of several lines, with other breaks', KEY.replaceAll('\n', '\r\n'), '[secret KEY]'],
    ['of several lines, with other breaks in JSON', JSON.stringify(KEY.replaceAll('\n', '\r\n')), '"[secret KEY]"'],
    [
      'of several lines, one by one',
      KEY.split('\n').join('\n  '),
      '-----BEGIN PRIVATE KEY-----\n  [secret KEY]\n  [secret KEY]\n  [secret KEY]\n  qfMP==\n  -----END PRIVATE KEY-----',
    ],
    ['of several lines, one in hexadecimal', Buffer.from(KEY.slice(28, 92)).toString('hex'), '[secret KEY]'],
    ['in Basic authentication', Buffer.from(`u:${TOKEN}`).toString('base64'), 'dTp[secret TOKEN]'],
    ['in Basic authentication that is padded', Buffer.from(`me:${TOKEN}`).toString('base64'), 'bWU6[secret TOKEN]Q=='],
  ])('%s', (_title, text, expected) => {
    expect(mask.maskText(text)).toBe(expected);
  });

  test.each(Object.entries(ENCODED))('%s, whatever it is and whatever stands around it', (_title, encoded) => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const written = encoded(value);
        const text = `${before}${written}${after}`;
        expect(compileMask([{ name: 'A', value }]).maskText(text)).toBe(`${before}${markFor(value)}${after}`);
      }),
    );
  });

  test.each(['base64', 'base64url'] as const)('in %s, whatever stands before it and behind', (encoding) => {
    fc.assert(
      fc.property(secret, fc.uint8Array(), fc.uint8Array(), (value, before, after) => {
        const bytes = Buffer.from(value);
        const text = Buffer.concat([before, bytes, after]).toString(encoding);
        // The characters that have a bit of something else stay: they are its neighbours'.
        const start = Math.ceil((before.length * 8) / 6);
        const end = Math.floor(((before.length + bytes.length) * 8) / 6);
        const alone = compileMask([{ name: 'A', value }]);
        const masked = alone.maskText(text);
        expect(masked).not.toContain(text.slice(start, end));
        const isOnce =
          text.indexOf(text.slice(start, end)) === start && text.lastIndexOf(text.slice(start, end)) === start;
        if (isOnce && !overlapsItself(text, start, end, value))
          expect(masked).toBe(`${text.slice(0, start)}${markFor(value)}${text.slice(end)}`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is no secret stays', () => {
  test.each([
    ['a text', 'The quick brown fox'],
    ['nothing', ''],
    ['another token of the same make', 'ghp_16C7e42F292c6912E7710c838347Ae178B4b'],
    ['a part of one', TOKEN.slice(0, -1)],
    ['one in other case', TOKEN.toLowerCase()],
    [
      'a presigned URL',
      'https://s3.amazonaws.com/b/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    ],
    ['another key’s frame', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----'],
    ['half a character', `\ud83d and \ude00`],
  ])('%s', (_title, text) => {
    const bytes = Buffer.from(text);
    expect(mask.maskText(text)).toBe(text);
    expect(mask.maskBytes(bytes)).toBe(bytes);
  });

  test('half a character beside a secret, too', () => {
    expect(mask.maskText(`\ud83d${TOKEN}\ude00`)).toBe('\ud83d[secret TOKEN]\ude00');
    // In bytes it would be U+FFFD.
    const odd = compileMask([{ name: 'ODD', value: '\ufffd' }]);
    expect(odd.maskText('\ud83d \ufffd')).toBe('\ud83d [secret ODD]');
  });

  test('any bytes in which none of its forms is', () => {
    const text = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.base64String({ maxLength: 400 }));
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), text, (values, bytes) => {
        const given = Buffer.from(Buffer.from(bytes));
        fc.pre(values.every((value) => [...writtenForms(value)].every((form) => !given.includes(form, 0, 'latin1'))));
        expect(compileMask(values.map((value) => ({ name: 'A', value }))).maskBytes(given)).toBe(given);
      }),
    );
  });

  test('all, where there is no secret', () => {
    const none = compileMask([]);
    expect(none.maskText('anything')).toBe('anything');
    expect(none.stream().push(Buffer.from('anything')).toString()).toBe('anything');
    expect(compileMask([{ name: 'EMPTY', value: '' }]).maskText('anything')).toBe('anything');
  });
});

describe('bytes are masked', () => {
  test('as what they are', () => {
    const bytes = Uint8Array.from(Buffer.from(`a ${TOKEN}`));
    expect(mask.maskBytes(bytes)).toEqual(Uint8Array.from(Buffer.from('a [secret TOKEN]')));
    expect(Buffer.isBuffer(mask.maskBytes(Buffer.from(TOKEN)))).toBe(true);
    expect(Buffer.isBuffer(mask.maskBytes(Uint8Array.from(Buffer.from(TOKEN))))).toBe(false);
  });

  test('where they are part of more', () => {
    const all = Buffer.from(`${TOKEN} and ${TOKEN}`);
    expect(mask.maskBytes(all.subarray(5)).toString()).toBe(`${TOKEN.slice(5)} and [secret TOKEN]`);
    expect(mask.maskBytes(all.subarray(5, -1)).toString()).toBe(`${TOKEN.slice(5)} and ${TOKEN.slice(0, -1)}`);
  });

  test('also if they are no text', () => {
    const noise = Buffer.from([0xff, 0xc3, 0x00, 0x80]);
    expect(mask.maskBytes(Buffer.concat([noise, Buffer.from(TOKEN), noise]))).toEqual(
      Buffer.concat([noise, Buffer.from('[secret TOKEN]'), noise]),
    );
  });
});

/** No character of `around` in it: then nothing around it is a part of a match. */
const secret = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 8, maxLength: 60 }),
    fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...Array.from('ab/+"\\<&\n\r\t %=ü€😀~\x7f')), minLength: 8, maxLength: 40 }),
    fc.string({ minLength: 8, maxLength: 60 }),
  )
  .map((text) => text.replaceAll(/[ЖжЯ\r\n]+$|[ЖжЯ]/g, ''))
  .filter((text) => Buffer.byteLength(text) >= 8 && !/[[\]]/.test(text));
const around = fc.string({ unit: fc.constantFrom('Ж', 'ж', 'Я') });

function markFor(value: string): string {
  return compileMask([{ name: 'A', value }]).marks[0] ?? '';
}

/** Whether a form of the secret is found that has some of what stands around it: of a repeating one there is. */
function overlapsItself(text: string, start: number, end: number, value: string): boolean {
  return [...writtenForms(value)].some((form) => {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1))
      if (at < start || at + form.length > end) return true;
    return false;
  });
}
