import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';

/** What is read of more than this is no secret: one byte more than a store takes, and a line's end. */
const MOST_BYTES = 64 * 1024 + 3;

/** All that comes by stdin, which is no terminal; so much of it that what reads it knows that it is too much. */
export async function readPiped(input: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** The part of a terminal that is typed at. */
export type Keyboard = Pick<NodeJS.ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'>;

/**
 * One line typed at a terminal, which does not show it. Ctrl-C and Ctrl-D give up; backspace takes back a character,
 * Ctrl-U all of them. Whatever happens, the terminal is left as it was.
 */
export async function readTyped(keyboard: Keyboard, ask: () => void): Promise<Decision<string>> {
  keyboard.setRawMode(true); // before it is asked for: what is typed at once is not shown either
  try {
    ask();
    return await typedLine(keyboard);
  } finally {
    keyboard.setRawMode(false);
    keyboard.pause();
  }
}

async function typedLine(keyboard: Keyboard): Promise<Decision<string>> {
  return new Promise((done) => {
    let typed: string[] = [];
    const end = (decision: Decision<string>): void => {
      keyboard.off('data', take);
      keyboard.off('end', close);
      done(decision);
    };
    const close = (): void => end(GIVEN_UP);
    const take = (text: string): void => {
      const keys = Array.from(text);
      for (const [index, key] of keys.entries()) {
        if (key === '\r' || key === '\n') return end(wholeLine(typed.join(''), keys.slice(index + 1).join('')));
        if (key === CTRL_C || key === CTRL_D) return end(GIVEN_UP);
        if (key === CTRL_U) typed = [];
        else if (key === BACKSPACE || key === '\b') typed.pop();
        else typed.push(key);
      }
    };
    keyboard.setEncoding('utf8');
    keyboard.on('data', take);
    keyboard.on('end', close);
    keyboard.resume();
  });
}

const [CTRL_C, CTRL_D, CTRL_U, BACKSPACE] = ['\u0003', '\u0004', '\u0015', '\u007F'];

const GIVEN_UP = deny(refusal('secret-value', 'nothing was stored: no value was given', 'type it, and Enter'));

/** What follows was pasted with it. An arrow key would become a part of the value, and nobody would see it. */
function wholeLine(line: string, more: string): Decision<string> {
  if (more.trim() !== '' || /\p{Cc}/u.test(line)) {
    const message = 'nothing was stored: it has more than one line, or a key that is no character';
    return deny(refusal('secret-value', message, 'type it anew, or give it by stdin: `… secrets set … < FILE`'));
  }
  return allow(line);
}
