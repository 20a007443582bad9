/**
 * Finds any of a set of byte strings in one pass, whatever they share (Aho and Corasick, 1975): where it stands is the
 * longest end of what it has read that one of the strings begins with. Node 0 has read nothing of use.
 */
export class Automaton {
  /** Of each node, how many of the last bytes may yet become a string: more must come. */
  readonly pending: Int32Array;
  /** Of each node, the longest string that ends here, by its index and 1 more; 0 if none does. */
  readonly ending: Int32Array;
  readonly #first = new Int32Array(256);
  readonly #byte: Uint8Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #fallback: Int32Array;
  #size = 1;

  /** The strings are bytes in Latin-1, none of them empty. */
  constructor(strings: readonly string[]) {
    const room = strings.reduce((sum, { length }) => sum + length, 1);
    this.pending = new Int32Array(room);
    this.ending = new Int32Array(room);
    this.#byte = new Uint8Array(room);
    this.#child = new Int32Array(room);
    this.#sibling = new Int32Array(room);
    this.#fallback = new Int32Array(room);
    for (const [index, string] of strings.entries()) this.#add(string, index + 1);
    this.#link();
  }

  /** Where it stands after one more byte. */
  next(from: number, byte: number): number {
    for (let node = from; node !== 0; node = this.#fallback[node] ?? 0) {
      const child = this.#childOf(node, byte);
      if (child !== 0) return child;
    }
    return this.#first[byte] ?? 0;
  }

  #childOf(node: number, byte: number): number {
    let child = this.#child[node] ?? 0;
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child] ?? 0;
    return child;
  }

  #add(string: string, mark: number): void {
    let node = 0;
    for (let at = 0; at < string.length; at += 1) {
      const byte = string.charCodeAt(at);
      const known = node === 0 ? (this.#first[byte] ?? 0) : this.#childOf(node, byte);
      node = known === 0 ? this.#grow(node, byte, at + 1) : known;
    }
    this.ending[node] ||= mark;
  }

  #grow(parent: number, byte: number, depth: number): number {
    const node = this.#size++;
    this.#byte[node] = byte;
    this.pending[node] = depth;
    if (parent === 0) this.#first[byte] = node;
    else {
      this.#sibling[node] = this.#child[parent] ?? 0;
      this.#child[parent] = node;
    }
    return node;
  }

  /** Shortest first, for the fallback of a node is shorter than the node. */
  #link(): void {
    const queue = [...this.#first].filter((node) => node !== 0);
    for (let at = 0; at < queue.length; at += 1) {
      const node = queue[at] ?? 0;
      const fallback = this.#fallback[node] ?? 0;
      this.ending[node] ||= this.ending[fallback] ?? 0;
      for (let child = this.#child[node] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
        this.#fallback[child] = this.next(fallback, this.#byte[child] ?? 0);
        queue.push(child);
      }
      // A string that is whole and no beginning of another waits for nothing itself.
      if (this.#child[node] === 0) this.pending[node] = this.pending[fallback] ?? 0;
    }
  }
}
