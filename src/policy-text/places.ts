import { isMap, isNode, isScalar, isSeq, type Document, type LineCounter, type YAMLMap } from 'yaml';
import type { Place } from '../finding/finding.ts';

/** Where things stand in a policy's text. */
export class Places {
  readonly #file: string;
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** Of each map, its pairs by key: a policy of thousands of keys is asked for thousands of places. */
  readonly #pairs = new Map<YAMLMap, Map<unknown, YAMLMap['items'][number]>>();

  constructor(file: string, text: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  /** From one offset to another, to the end of the first one's line at most. */
  between(start: number, end: number): Place {
    const from = Math.min(start, this.#text.length);
    const { line, col } = this.#lines.linePos(from);
    const lineEnd = this.#lines.lineStarts[line] ?? this.#text.length + 1;
    const length = Math.max(1, Math.min(end, lineEnd - 1) - from);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), length };
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
      if (pair) node = wantsKey || pair.value === null ? pair.key : pair.value;
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
