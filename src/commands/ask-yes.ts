import { createInterface } from 'node:readline/promises';

/** Asks at the terminal. No is the answer to everything but a clear yes. */
export async function askYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch {
    return false; // Ctrl-C, or the end of input: no word is no yes
  } finally {
    terminal.close();
  }
}
