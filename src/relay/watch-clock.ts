import type { Watch } from './relay.ts';

/** In milliseconds; undefined is no limit. */
export interface ClockLimits {
  readonly start: number | undefined;
  readonly runtime: number | undefined;
  readonly idle: number | undefined;
}

/** Ends a server whose time is over. Answers how to stop looking. */
export function watchClock(
  { start, runtime, idle }: ClockLimits,
  { server, client, pending, end }: Parameters<Watch>[0],
): () => void {
  const clocks: Clock[] = [];
  const after = (milliseconds: number, do_: (clock: Clock) => void): Clock => {
    const clock = new Clock(milliseconds, do_);
    clocks.push(clock);
    return clock;
  };

  if (runtime !== undefined) after(runtime, () => end({ limit: 'runtime', used: runtime }));
  if (start !== undefined)
    after(start, (clock) => {
      if (pending.hasAnswered) return;
      if (pending.ids.length > 0) end({ limit: 'start', used: start });
      else clock.restart(); // it was asked nothing: there is nothing to answer
    });
  if (idle !== undefined) {
    const clock = after(idle, () => end({ limit: 'idle', used: idle }));
    const heard = (): void => clock.restart();
    client.input.on('data', heard);
    server.stdout.on('data', heard);
  }
  return () => {
    for (const clock of clocks) clock.stop();
  };
}

/** Calls back once so much time has passed since it was started last. */
class Clock {
  readonly #milliseconds: number;
  readonly #onEnd: (clock: Clock) => void;
  #since = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, onEnd: (clock: Clock) => void) {
    this.#milliseconds = milliseconds;
    this.#onEnd = onEnd;
    this.#wait();
  }

  /** Cheap: it is called for every chunk that passes. */
  restart(): void {
    this.#since = performance.now();
    if (!this.#timer) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const left = this.#since + this.#milliseconds - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#since + this.#milliseconds - performance.now() > 1) this.#wait();
        else this.#onEnd(this);
      },
      Math.min(left, MOST),
    );
  }
}

/** The longest that setTimeout() takes: 24 days. */
const MOST = 2 ** 31 - 1;
