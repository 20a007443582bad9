import type { Running } from './launch.ts';

/**
 * How a server is brought to its end: asked once, given time, then ended with its whole tree. Asked again, it goes on
 * from where it stands, and never back.
 */
export class Shutdown {
  readonly #server: Running;
  readonly #length: number;
  #grace: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  /** Set once the tree had to be ended by force. */
  forced = false;

  /** `grace` is how long, in milliseconds, a server may take to end by itself. */
  constructor(server: Running, grace: number) {
    this.#server = server;
    this.#length = Math.min(grace, MOST);
  }

  /** The client has sent its last byte: the server sees the same, and has the grace to finish by itself. */
  afterEndOfInput(): void {
    this.#grace ??= setTimeout(() => this.#ask('SIGTERM', AFTER_TERM), this.#length);
  }

  /** We were told to end: so is the server, at once. */
  bySignal(signal: NodeJS.Signals): void {
    this.#ask(signal, AFTER_SIGNAL);
  }

  cancel(): void {
    clearTimeout(this.#grace);
    clearTimeout(this.#patience);
  }

  /** Asked twice, it has no more time than when asked once. */
  #ask(signal: NodeJS.Signals, patience: number): void {
    this.#server.signal(signal);
    this.#patience ??= setTimeout(() => {
      this.forced = true;
      this.#server.kill();
    }, patience);
  }
}

// Milliseconds. The SDKs close stdin, wait 2 s, send SIGTERM, wait 2 s, send SIGKILL: with the grace that is the default
// we are done before their SIGTERM, and within 1 s of one.
const AFTER_TERM = 350;
const AFTER_SIGNAL = 700;
/** The longest that setTimeout() takes: 24 days. */
const MOST = 2 ** 31 - 1;
