import { markOf } from './marks.ts';

/**
 * A value that shows itself to who asks for it by {@link reveal}, and to no one else: printed, put into a text, written
 * as JSON, cloned or listed it is its mark. What is thrown, logged or recorded can hold it.
 */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
    Object.freeze(this);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return markOf(this.name);
  }

  toJSON(): string {
    return markOf(this.name);
  }

  /** `util.inspect`, and with it `console.log` and assertions, know it by this symbol. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return markOf(this.name);
  }
}
