/**
 * Leaps over what cannot begin any of a set of byte strings (Wu and Manber, 1994). It looks at the last three bytes of
 * a window as long as the shortest string: how far from a string's beginning they stand at most says how far the
 * window may leap, and three bytes that no string has so near its beginning let it leap over nearly its own length.
 */
export class Filter {
  readonly #window: number;
  readonly #leaps: Uint8Array;

  /** For strings of bytes in Latin-1, or undefined where the shortest of them leaves nothing to leap over. */
  static of(strings: readonly string[]): Filter | undefined {
    const shortest = Math.min(MAX_WINDOW, ...strings.map(({ length }) => length));
    return shortest < MIN_WINDOW ? undefined : new Filter(strings, shortest);
  }

  private constructor(strings: readonly string[], window: number) {
    this.#window = window;
    this.#leaps = new Uint8Array(TABLE).fill(window - BLOCK + 1);
    for (const string of strings) {
      for (let end = BLOCK - 1; end < window; end += 1) {
        const [one, two, three] = [end - 2, end - 1, end].map((at) => string.charCodeAt(at));
        const place = placeOf((one ?? 0) | ((two ?? 0) << 8) | ((three ?? 0) << 16));
        this.#leaps[place] = Math.min(this.#leaps[place] ?? 0, window - 1 - end);
      }
    }
  }

  /** The first place from here on where a string may begin; where too little is left for one, that place. */
  leap(bytes: DataView, from: number): number {
    const [leaps, window, length] = [this.#leaps, this.#window, bytes.byteLength];
    const farthest = window - BLOCK + 1;
    let end = from + window - 1;
    while (end < length) {
      const leap = leaps[placeOf(bytes.getInt32(end - 3, true) >>> 8)] ?? 0;
      // Nearly always so: a processor that foresees it begins with the next look before this one is done.
      if (leap === farthest) end += farthest;
      else if (leap === 0) break;
      else end += leap;
    }
    return end - window + 1;
  }
}

/** Bytes that are looked at together: among pairs, those of a few hundred strings would be nearly all that a text has. */
const BLOCK = 3;
/** They are read as the last of four. */
const MIN_WINDOW = 4;
/** A longer leap gains nothing, and each leap is to fit in a byte. */
const MAX_WINDOW = 64;
/** Small enough for a processor's nearest caches. */
const TABLE = 1 << 16;

/** Fibonacci hashing (Knuth, The Art of Computer Programming 3, §6.4). */
function placeOf(block: number): number {
  return Math.imul(block, 0x9e3779b1) >>> 16;
}
