import { MaskStream } from './mask-stream.ts';
import { Patterns, type NamedSecret } from './patterns.ts';
import { Spans } from './spans.ts';

/**
 * Makes ready to mask these values, however short: whether one is long enough for it is the caller's to say, by
 * `MIN_SECRET_BYTES`.
 */
export function compileMask(secrets: readonly NamedSecret[]): Mask {
  return new Mask(new Patterns(secrets));
}

/**
 * Puts `[secret NAME]` where a secret stands, and changes nothing else.
 *
 * It knows values and no shapes: a token that is not one of these passes. Where several overlap, one mask stands for
 * all of them and has the name of the longest. `writtenForms` says in which forms a value is known; in another one
 * (compressed, encrypted, reversed, in pieces, Base64 or digits with breaks between) it passes. So this is for
 * accidents: a server that wants to give a secret away finds such a form.
 */
export class Mask {
  readonly #patterns: Patterns;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  /** What may stand in a secret's place: between other brackets where a secret has these in it. */
  get marks(): readonly string[] {
    return [...new Set(this.#patterns.marks.map(String))];
  }

  maskText(text: string): string {
    const bytes = Buffer.from(text);
    const masked = this.maskBytes(bytes);
    if (masked === bytes) return text;
    const parts = text.split(LONE_SURROGATE);
    if (parts.length === 1) return masked.toString();
    return parts.map((part, index) => (index % 2 === 0 ? this.maskText(part) : part)).join('');
  }

  /** The same object where it holds no secret. */
  maskBytes(bytes: Buffer): Buffer;
  maskBytes(bytes: Uint8Array): Uint8Array;
  maskBytes(bytes: Uint8Array): Uint8Array {
    const spans = new Spans();
    this.#patterns.read(bytes, { at: 0, node: 0, base: 0 }, spans);
    if (spans.first === undefined) return bytes;
    let done = 0;
    const parts: Uint8Array[] = [];
    for (const { start, end, secret } of spans.takeUntil(bytes.length)) {
      parts.push(bytes.subarray(done, start), this.#patterns.markOf(secret));
      done = end;
    }
    const masked = Buffer.concat([...parts, bytes.subarray(done)]);
    return Buffer.isBuffer(bytes) ? masked : new Uint8Array(masked);
  }

  stream(): MaskStream {
    return new MaskStream(this.#patterns);
  }
}

/** Half a character, which bytes would not keep: no secret has one. Each second part of what is split by it is one. */
const LONE_SURROGATE = /(\p{Surrogate})/u;
