import { createInterface } from 'node:readline';
import type { Task } from './attack/attempt.ts';
import { make } from './attempt/make.ts';

// The attacking program of `doctor --attack`: reads one task, a line of JSON on stdin, and says a line for each
// attempt. It is one file, and runs where a server would run. It ends with its input, unless it is to stay.

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => void attack(JSON.parse(line)));
const end = (): never => process.exit(0);
lines.once('close', end);

async function attack({ attempts, stays }: Task): Promise<void> {
  if (stays) lines.off('close', end);
  for (const { id, attempt } of attempts) say({ id, outcome: await make(attempt) });
  if (!stays) return end();
  process.stdout.on('error', () => {}); // who read it is gone
  setTimeout(end, LONGEST);
  say({ stays: process.pid });
}

/** Milliseconds that it stays, should nobody end it. */
const LONGEST = 10_000;

function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
