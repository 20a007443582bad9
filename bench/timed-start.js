import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { INITIALIZE } from './messages.js';

/**
 * What a client would start.
 *
 * @typedef {object} Program
 * @property {string} file
 * @property {readonly string[]} args
 * @property {Record<string, string>} env
 * @property {string} [cwd]
 */

/**
 * Starts a program as a client does, with three pipes.
 *
 * @param {Program} program
 */
export function start({ file, args, env, cwd = '/' }) {
  const child = spawn(file, args, { env, cwd, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // it ended before it had read everything: its exit says so
  child.stderr.resume();
  return child;
}

/**
 * Milliseconds from before the start of a program to its end, which must be a good one.
 *
 * @param {Program} program
 */
export async function untilExit(program) {
  const begun = performance.now();
  const child = start(program);
  const [code] = await once(child, 'exit');
  const took = performance.now() - begun;
  child.stdin.destroy();
  if (code !== 0) throw new Error(`${nameOf(program)} ended with ${code}`);
  return took;
}

/**
 * Milliseconds from before the start of a program to the first whole line that it answers to `request`. The next one
 * starts when this one and its children are gone.
 *
 * @param {Program} program
 * @param {string} request
 * @param {(line: string) => boolean} isAnswer
 */
export async function untilAnswer(program, request, isAnswer) {
  const begun = performance.now();
  const child = start(program);
  child.stdin.write(`${request}\n`);
  const line = await firstLine(child.stdout);
  const took = performance.now() - begun;
  await end(child);
  if (!isAnswer(line)) throw new Error(`${nameOf(program)} answered: ${line.slice(0, 200)}`);
  return took;
}

/**
 * Milliseconds to the answer that a client waits for first.
 *
 * @param {Program} program
 */
export function untilInitialized(program) {
  return untilAnswer(program, INITIALIZE, (line) => line.includes('"serverInfo"'));
}

/** @param {import('node:stream').Readable} output */
async function firstLine(output) {
  let text = '';
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const newline = text.indexOf('\n');
    if (newline >= 0) return text.slice(0, newline);
  }
  return text;
}

/**
 * Ends a program as a client does: closes its input, and is patient only so long.
 *
 * @param {ReturnType<typeof start>} child
 */
export async function end(child) {
  const gone = once(child, 'close');
  child.stdout.resume();
  child.stdin.end();
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await gone;
  clearTimeout(impatience);
}

/** Milliseconds. */
const PATIENCE = 5000;

/** @param {Program} program */
function nameOf({ file, args }) {
  return [file, ...args].map((word) => word.slice(word.lastIndexOf('/') + 1)).join(' ');
}
