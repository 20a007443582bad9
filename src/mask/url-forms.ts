import { distinctOn } from './distinct-on.ts';

/**
 * How a text, given as its bytes in Latin-1, is written in a URL or a form: by each of the rules in use on which bytes
 * stay as they are, with digits of either case, and with a space as `+`.
 */
export function urlForms(bytes: string): ReadonlySet<string> {
  const forms = distinctOn(bytes, KEPT).flatMap((kept) => inEitherCase(bytes, kept));
  return new Set([...forms, ...forms.map((form) => form.replaceAll('%20', '+'))]);
}

const KEPT = [
  /[\w.~!*'()-]/, // encodeURIComponent
  /[\w.~-]/, // RFC 3986 §2.3: curl, url.QueryEscape of Go, quote_plus of Python
  /[\w.*-]/, // application/x-www-form-urlencoded of the URL standard, URLEncoder of Java
  /[\w.-]/, // urlencode of PHP
  /[\w.~/-]/, // quote of Python
  /[\w.~!*'();/?:@&=+$,#-]/, // encodeURI
  /[\w.~!*'()&+,$%-]/, // userinfo of the URL standard
  /[!$-;=?-~]/, // query of the URL standard
  /[!$-&(-;=?-~]/, // the same in a special URL
  /(?!)/, // every byte
];

function inEitherCase(bytes: string, kept: RegExp): [string, string] {
  const lower = bytes.replaceAll(/[^]/g, (byte) => (kept.test(byte) ? byte : numbered(byte)));
  const upper = bytes.replaceAll(/[^]/g, (byte) => (kept.test(byte) ? byte : numbered(byte).toUpperCase()));
  return [lower, upper];
}

function numbered(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
