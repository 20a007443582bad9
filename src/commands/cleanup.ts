/** What is to be undone, whatever happens: the last thing first, at once, and each once. */
export class Cleanup {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** One step that fails does not keep the others from being taken. */
  run(): void {
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        step();
      } catch {
        // Gone already, or not ours to undo any more.
      }
    }
  }
}
