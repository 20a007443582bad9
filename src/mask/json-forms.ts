import { distinctOn } from './distinct-on.ts';

/**
 * How JSON writers write a text inside a string, without the quotes.
 *
 * JSON lets every character be written in several ways, and each character of a text in another one: that is no
 * finite list. A writer is consistent, though, and these are the ways of those that are in use: which characters it
 * writes as `\uXXXX`, with small or capital digits, whether it writes `\/`, and which control characters have a letter
 * of their own. A text inside JSON that stands in JSON once more, as tools answer with it, is written twice.
 */
export function jsonForms(text: string): ReadonlySet<string> {
  const once = distinctOn(text, WRITERS).flatMap((escaped) => writtenBy(escaped, text));
  const twice = [NOTHING, NOT_ASCII].flatMap((escaped) => inEitherCase(text, escaped)).map(inJson);
  return new Set([...once, ...twice, ...inEitherCase(text, EVERYTHING)]);
}

/** As JSON.stringify writes it. */
export function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What is written as `\uXXXX`: sources are the writers' own. What must be escaped and is not named has its short form. */
const WRITERS = [
  '', // JSON.stringify, serde_json, jq, Python with ensure_ascii=False, PHP with JSON_UNESCAPED_UNICODE
  String.raw`<>&\u2028\u2029`, // encoding/json of Go, Rails
  String.raw`<>&='\u2028\u2029`, // Gson
  String.raw`\x7f-\uffff`, // json of Python
  String.raw`\x80-\uffff`, // json_encode of PHP, Jackson with ESCAPE_NON_ASCII, jq -a
  String.raw`\x80-\uffff"&'<>`, // json_encode of PHP with JSON_HEX_*
  String.raw`\x7f-\uffff"&'+<>\x60`, // System.Text.Json of .NET
].flatMap((escaped) => ['', String.raw`\b\f`, String.raw`\0-\x1f`].map((more) => new RegExp(`[${escaped}${more}]`)));
const NOTHING = /(?!)/;
const NOT_ASCII = /[\x80-\uffff]/;
const EVERYTHING = /[^]/;

function writtenBy(escaped: RegExp, text: string): string[] {
  return inEitherCase(text, escaped).flatMap((form) => [form, form.replaceAll('/', String.raw`\/`)]);
}

function inEitherCase(text: string, escaped: RegExp): string[] {
  const lower = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(WRITTEN, (written) => {
      const character = written.length === 1 ? written : String(JSON.parse(`"${written}"`));
      return escaped.test(character) ? numbered(character) : written;
    });
  if (!lower.includes(String.raw`\u`)) return [lower];
  return [lower, lower.replaceAll(WRITTEN, (written) => (written.length === 6 ? capital(written) : written))];
}

/** One UTF-16 unit, as JSON.stringify writes it. */
const WRITTEN = /\\u[\da-f]{4}|\\.|[^]/g;

function numbered(unit: string): string {
  return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function capital(written: string): string {
  return String.raw`\u${written.slice(2).toUpperCase()}`;
}
