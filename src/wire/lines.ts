/** A line of a stream: whole when it is short enough, else only how it begins and how it ends. */
export type Line = { readonly whole: Buffer } | { readonly head: Buffer; readonly tail: Buffer };

/** Cuts a stream into lines, however it arrives, in memory that does not grow with the lines. */
export class LineReader {
  readonly #onLine: (line: Line) => void;
  readonly #maxWhole: number;
  #held: Buffer[] = [];
  #length = 0;
  #tail: Buffer = Buffer.alloc(0);

  constructor(maxWhole: number, onLine: (line: Line) => void) {
    this.#maxWhole = maxWhole;
    this.#onLine = onLine;
  }

  read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#take(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#take(chunk.subarray(start));
  }

  #take(part: Buffer): void {
    const room = this.#maxWhole - this.#length;
    if (part.length > room) {
      const before = this.#tail.length > 0 ? this.#tail : Buffer.concat(this.#held).subarray(-TAIL);
      this.#tail = Buffer.concat([before, part.subarray(-TAIL)]).subarray(-TAIL);
    }
    // Copied: what is kept must not keep a whole chunk alive.
    if (room > 0) this.#held.push(Buffer.from(part.subarray(0, room)));
    this.#length += part.length;
  }

  #finish(): void {
    const held = Buffer.concat(this.#held);
    const line = this.#length <= this.#maxWhole ? { whole: held } : { head: held.subarray(0, HEAD), tail: this.#tail };
    this.#held = [];
    this.#length = 0;
    this.#tail = Buffer.alloc(0);
    this.#onLine(line);
  }
}

const NEWLINE = 10;
const HEAD = 512;
const TAIL = 128;
