import { inJson, jsonForms } from './json-forms.ts';
import { urlForms } from './url-forms.ts';

/**
 * A shorter value is not to be looked for: it is met where it was never meant, so that masking it spoils text and says
 * where it stands in it. In eight characters of a random token are 40 bits and more. Bytes.
 */
export const MIN_SECRET_BYTES = 8;

/**
 * All that a secret may look like in a text, as byte strings in Latin-1: as it is, in JSON, in Base64 (of both
 * alphabets, whatever stands before it), in hexadecimal digits of one case, in a URL.
 *
 * Line breaks at its end are not part of it: a file ends with one, and what is read from it is printed without. A
 * secret of several lines may come back with other line breaks, as it is or in JSON; and each of its lines is looked
 * for in every form, for a key is printed line by line. The lines `-----BEGIN …-----` and `-----END …-----` (RFC 7468)
 * are no secret and stay.
 */
export function writtenForms(value: string): ReadonlySet<string> {
  const text = withoutLastBreaks(Buffer.from(value).toString());
  const lines = text.split(/\r\n|\r|\n/);
  const long = lines.filter((line) => Buffer.byteLength(line) >= MIN_LINE_BYTES && !BOUNDARY.test(line));
  const otherBreaks = ['\n', '\r\n'].map((lineBreak) => lines.join(lineBreak));
  const forms = [
    ...[text, ...long].flatMap(formsOf),
    ...otherBreaks.flatMap((other) => [other, inJson(other)]).map((form) => inLatin1(Buffer.from(form))),
  ];
  return new Set(forms.filter((form) => form !== ''));
}

/** A shorter line is not looked for by itself: the last one of a key may be two characters. Bytes. */
const MIN_LINE_BYTES = 16;
const BOUNDARY = /^-----(?:BEGIN|END) [^-]*-----\s*$/;

function withoutLastBreaks(value: string): string {
  const text = value.replace(/[\r\n]+$/, '');
  return Buffer.byteLength(text) < MIN_SECRET_BYTES ? value : text;
}

function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const json = [...jsonForms(text)].map((form) => inLatin1(Buffer.from(form)));
  const hex = bytes.toString('hex');
  return [inLatin1(bytes), ...json, ...base64Forms(bytes), hex, hex.toUpperCase(), ...urlForms(inLatin1(bytes))];
}

/** What stands before it decides at which bit it begins; only the characters that it alone decides are looked for. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const form = all.toString('base64').slice(Math.ceil((8 * before) / 6), Math.floor((8 * all.length) / 6));
    // A shorter piece is met everywhere.
    return form.length < MIN_SECRET_BYTES ? [] : [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function inLatin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}
