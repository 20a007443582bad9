import { isUtf8 } from 'node:buffer';
import { failed, MOST_BYTES, type Read } from './asked.ts';

/** What a provider gave, as text. Bytes that are not UTF-8 would reach the server as others. */
export function textOf(bytes: Buffer): Read {
  if (bytes.length > MOST_BYTES) return tooLong();
  if (!isUtf8(bytes)) return notText();
  return { ok: true, value: bytes.toString().replace(/^\uFEFF/, '') };
}

/**
 * What may become a variable. The line’s end that editors and `echo` leave is not part of it, and an empty value is
 * none: a server that finds an empty variable goes on without a password.
 */
export function valueOf(text: string): Read {
  const value = text.replace(/\r?\n$/, '');
  if (value === '') return failed('unusable', 'it is empty', 'store the value');
  if (value.includes('\0'))
    return failed(
      'unusable',
      'it has a NUL in it, which no variable can hold',
      'store it as text: base64, if it is binary',
    );
  // As of any other variable, `plan/decide-env.ts`: CVE-2014-6271.
  if (value.startsWith('() {'))
    return failed('unusable', 'it is a function of a shell', 'store the value that the server is to have');
  // Half a character, which JSON can write, would reach the server as another.
  if (/\p{Cs}/u.test(value)) return notText();
  return Buffer.byteLength(value) > MOST_BYTES ? tooLong() : { ok: true, value };
}

export function tooLong(): Extract<Read, { ok: false }> {
  return failed(
    'unusable',
    `it is longer than ${MOST_BYTES / 1024} KiB`,
    'name the secret alone, or give the server a file',
  );
}

export function notText(): Extract<Read, { ok: false }> {
  return failed('unusable', 'it is not UTF-8', 'store it as text: base64, if it is binary');
}
