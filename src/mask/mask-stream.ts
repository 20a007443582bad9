import type { Patterns } from './patterns.ts';
import { Spans } from './spans.ts';

/**
 * Masks a stream, however it arrives: what goes out is what `maskBytes` makes of the whole.
 *
 * Of what came, the end that a secret may begin with is held back, and nothing else: a prompt goes on at once. Of a
 * secret that was found only its place is kept, while a longer one may yet come of it.
 */
export class MaskStream {
  readonly #patterns: Patterns;
  #spans = new Spans();
  #held: Buffer = Buffer.alloc(0);
  /** Where what is held begins in the stream. */
  #base = 0;
  /** Up to where all has gone out. */
  #done = 0;
  #node = 0;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  /** What can go on of it, and of what was held. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const place = { at: this.#held.length, node: this.#node, base: this.#base };
    this.#node = this.#patterns.read(bytes, place, this.#spans);
    const held = this.#patterns.pendingAt(this.#node);
    const out = this.#release(bytes, this.#base + bytes.length - held);
    // Copied: what is held must not keep a whole chunk alive.
    this.#held = Buffer.from(bytes.subarray(bytes.length - held));
    this.#base += bytes.length - held;
    return out;
  }

  /** What is held, when nothing more comes. The stream then begins anew. */
  end(): Buffer {
    const out = this.#release(this.#held, this.#base + this.#held.length);
    this.#held = Buffer.alloc(0);
    this.#base += out.length;
    this.#done = this.#base;
    this.#node = 0;
    return out;
  }

  /** All before `end`, where no match that is still to come begins earlier. */
  #release(bytes: Buffer, end: number): Buffer {
    const parts: Buffer[] = [];
    const passOn = (until: number): void => {
      if (until > this.#done) parts.push(bytes.subarray(this.#done - this.#base, until - this.#base));
    };
    for (const span of this.#spans.takeUntil(end)) {
      passOn(span.start);
      parts.push(this.#patterns.markOf(span.secret));
      this.#done = span.end;
    }
    const until = Math.min(end, this.#spans.first?.start ?? end);
    passOn(until);
    this.#done = Math.max(this.#done, until);
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }
}
