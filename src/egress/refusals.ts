/** Tells what was refused, each thing once: a server that tries again and again does not fill a log. */
export class Refusals {
  readonly #say: (line: string) => void;
  readonly #told = new Set<string>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  tell(what: string, why: string): void {
    const line = `${what} ${why}`;
    if (this.#told.has(line) || this.#told.size > MOST) return;
    this.#told.add(line);
    this.#say(this.#told.size > MOST ? 'more hosts were refused; they are not told any more' : line);
  }
}

const MOST = 100;
