/** A stretch of a text that is masked, and the secret that names it. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Of the longest match in it. */
  readonly longest: number;
  readonly secret: number;
}

/** The stretches that matches cover together, in order. Matches come in the order of their ends. */
export class Spans {
  readonly #spans: Span[] = [];

  /** Two that have a byte in common become one, named by the longer match; if both are as long, by the first. */
  add(start: number, end: number, secret: number): void {
    let span: Span = { start, end, longest: end - start, secret };
    for (let last = this.#spans.at(-1); last !== undefined && last.end > span.start; last = this.#spans.at(-1)) {
      this.#spans.pop();
      const named = last.longest >= span.longest ? last : span;
      span = { ...named, start: Math.min(last.start, span.start), end };
    }
    this.#spans.push(span);
  }

  get first(): Span | undefined {
    return this.#spans[0];
  }

  /** Those that end here or before, which no match that begins here or later has a byte in common with. */
  takeUntil(end: number): Span[] {
    const open = this.#spans.findIndex((span) => span.end > end);
    return this.#spans.splice(0, open === -1 ? this.#spans.length : open);
  }
}
