/** What is to be undone, whatever happens: the last thing first, at once, and each once. */
export class Cleanup {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** For what runs, of which there is one thing at a time or none: to be called with what ends it, then with undefined. */
  ofRunning(): (kill: (() => void) | undefined) => void {
    let last: (() => void) | undefined;
    this.add(() => last?.());
    return (kill) => {
      last = kill;
    };
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
