/** How long a registry may say nothing before it is given up. */
export interface Waiting {
  /** Of silence. */
  readonly seconds: number;
  /** How often it is asked once more. */
  readonly again: number;
}

export const WAITING: Waiting = { seconds: 30, again: 2 };

/** What a package manager's configuration says of it, as text. Bounds hold: nobody waits for what never comes. */
export function readWaiting(wait: string | undefined, perSecond: number, again: string | undefined): Waiting {
  const seconds = numberIn(wait) / perSecond;
  const times = numberIn(again);
  return {
    seconds: seconds > 0 ? Math.min(seconds, MOST.seconds) : WAITING.seconds,
    again: Number.isInteger(times) ? Math.min(times, MOST.again) : WAITING.again,
  };
}

/** As much as npm takes by itself. */
const MOST: Waiting = { seconds: 300, again: 5 };

function numberIn(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
}

/** For a sentence. */
export function waitingText({ seconds, again }: Waiting): string {
  const [length, times] = [`${seconds} ${seconds === 1 ? 'second' : 'seconds'}`, again + 1];
  return times === 1 ? length : `${length}, ${times} times`;
}
