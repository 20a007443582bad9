import type { Expression } from './expression.ts';

/** The paths of a profile, each with a name to stand for it. The same path under the same kind has one name. */
export class Parameters {
  readonly #names = new Map<string, string>();
  readonly values: Record<string, string> = {};

  of(kind: string, path: string): Expression {
    const key = `${kind} ${path}`;
    const name = this.#names.get(key) ?? `${kind.toUpperCase()}_${this.#countOf(kind)}`;
    this.#names.set(key, name);
    this.values[name] = path;
    return ['param', { text: name }];
  }

  #countOf(kind: string): number {
    return [...this.#names.keys()].filter((key) => key.startsWith(`${kind} `)).length;
  }
}
