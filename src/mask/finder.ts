import { Automaton } from './automaton.ts';
import { Filter } from './filter.ts';

/** Told of every place where a string ends: of the longest that ends there, by its index. */
export type OnFound = (index: number, end: number) => void;

/**
 * Finds byte strings in time that is linear in the text, whatever the text: the filter leaps to where one may begin,
 * the automaton reads on from there until nothing is begun. What was read is read again for two bytes at most.
 */
export class Finder {
  readonly #automaton: Automaton;
  readonly #filter: Filter | undefined;
  readonly #isEmpty: boolean;

  /** The strings are bytes in Latin-1, none of them empty. */
  constructor(strings: readonly string[]) {
    this.#automaton = new Automaton(strings);
    this.#filter = Filter.of(strings);
    this.#isEmpty = strings.length === 0;
  }

  /** Reads on from `at`, where it stood at `node`, and says where it stands at the end. In the beginning both are 0. */
  read(bytes: Uint8Array, at: number, node: number, onFound: OnFound): number {
    if (this.#isEmpty) return 0;
    const filter = this.#filter;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [from, state] = [at, node];
    while (from < bytes.length) {
      if (filter && this.pendingAt(state) < LITTLE) {
        const start = filter.leap(view, Math.max(0, from - this.pendingAt(state)));
        if (start >= from) [from, state] = [start, 0];
      }
      const least = filter ? from + LITTLE : bytes.length;
      do {
        state = this.#automaton.next(state, bytes[from] ?? 0);
        from += 1;
        const ending = this.#automaton.ending[state] ?? 0;
        if (ending !== 0) onFound(ending - 1, from);
      } while (from < bytes.length && (from < least || this.pendingAt(state) >= LITTLE));
    }
    return state;
  }

  /** How many of the last bytes may be the beginning of a string. */
  pendingAt(node: number): number {
    return this.#automaton.pending[node] ?? 0;
  }
}

/** So few bytes may be the beginning of a string anywhere, and are worth no reading byte by byte. */
const LITTLE = 3;
