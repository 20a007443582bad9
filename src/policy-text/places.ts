import { isMap, isNode, isScalar, isSeq, type Document, type YAMLMap } from 'yaml';
import type { Place } from '../finding/finding.ts';

/** Where things stand in a policy's text. Lines are counted here: the parser's own counter misses some in quotes. */
export class Places {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: readonly string[];
  /** The offset at which each line starts. */
  readonly #starts: readonly number[];
  /** Of each map, its pairs by key: a policy of thousands of keys is asked for thousands of places. */
  readonly #pairs = new Map<YAMLMap, Map<unknown, YAMLMap['items'][number]>>();

  constructor(file: string, text: string, document: Document) {
    this.#file = file;
    this.#document = document;
    this.#lines = text.split('\n');
    const starts = [0];
    for (const line of this.#lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
    this.#starts = starts;
  }

  /** From one offset to another, to the end of the first one's line at most. */
  between(start: number, end: number): Place {
    const index = Math.min(this.#lineAt(start), this.#lines.length - 1);
    const line = this.#lines[index] ?? '';
    const offset = Math.min(start - (this.#starts[index] ?? 0), line.length);
    const length = Math.max(1, Math.min(end - start, line.length - offset));
    return { file: this.#file, line: index + 1, column: offset + 1, length };
  }

  /** The last line that starts at or before an offset, by halving. */
  #lineAt(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  of(node: unknown): Place {
    const range = isNode(node) ? node.range : undefined;
    return range ? this.between(range[0], range[1]) : this.between(0, 1);
  }

  /** The place of the key or of the value at a path; of the nearest thing above it when there is none. */
  locate(path: readonly PropertyKey[], part: 'key' | 'value'): Place {
    let node: unknown = this.#document.contents;
    for (const [index, step] of path.entries()) {
      const wantsKey = index === path.length - 1 && part === 'key';
      const pair = isMap(node) ? this.#pairsOf(node).get(step) : undefined;
      const item = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
      if (pair) node = wantsKey || isEmpty(pair.value) ? pair.key : pair.value;
      else if (item !== undefined) node = item;
      else break;
    }
    return this.of(node);
  }

  #pairsOf(map: YAMLMap): Map<unknown, YAMLMap['items'][number]> {
    const known =
      this.#pairs.get(map) ?? new Map(map.items.map((pair) => [isScalar(pair.key) ? pair.key.value : pair.key, pair]));
    this.#pairs.set(map, known);
    return known;
  }
}

/** `command:` with nothing after it: there is no value to point at. */
function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null);
}
