import { Finder } from './finder.ts';
import { marksOf } from './marks.ts';
import type { Spans } from './spans.ts';
import { writtenForms } from './written-forms.ts';

/** A value that is to be seen nowhere, and what it is called in its place. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** Secrets, ready to be found. */
export class Patterns {
  readonly #finder: Finder;
  readonly #lengths: readonly number[];
  readonly #secrets: readonly number[];
  readonly #marks: readonly Buffer[];

  constructor(secrets: readonly NamedSecret[]) {
    const forms = new Map<string, number>(); // what two secrets have in common is the first one's
    for (const [index, { value }] of secrets.entries())
      for (const form of writtenForms(value)) if (!forms.has(form)) forms.set(form, index);
    const strings = [...forms.keys()];
    this.#finder = new Finder(strings);
    this.#lengths = strings.map(({ length }) => length);
    this.#secrets = [...forms.values()];
    const names = secrets.map(({ name }) => name);
    this.#marks = marksOf(names, strings);
  }

  get marks(): readonly Buffer[] {
    return this.#marks;
  }

  markOf(secret: number): Buffer {
    return this.#marks[secret] ?? Buffer.alloc(0);
  }

  /** Adds what it finds, counted from `base`, and says where it stands: as {@link Finder.read}. */
  read(bytes: Uint8Array, { at, node, base }: ReadingPlace, spans: Spans): number {
    return this.#finder.read(bytes, at, node, (index, end) => {
      spans.add(base + end - (this.#lengths[index] ?? 0), base + end, this.#secrets[index] ?? 0);
    });
  }

  /** How many of the last bytes may be the beginning of a secret. */
  pendingAt(node: number): number {
    return this.#finder.pendingAt(node);
  }
}

/** How far a text has been read. */
export interface ReadingPlace {
  readonly at: number;
  readonly node: number;
  /** Where the text begins in its stream. */
  readonly base: number;
}
