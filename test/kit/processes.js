// What runs, by /proc alone. Plain JavaScript: `npm run soak` uses it without vitest.
import { readFileSync, readdirSync } from 'node:fs';

/** @typedef {{ readonly pid: number, readonly parent: number, readonly started: string, readonly argv: string }} Process */

/** @returns {Process[]} all that run; what has ended and only waits to be noticed is not among them */
function running() {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const argv = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      // proc_pid_stat(5), from the third field on: the second, a name in parentheses, may hold anything.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state, parent, started] = [fields[0], Number(fields[1]), fields[19]];
      return state === 'Z' ? [] : [{ pid: Number(name), parent, started, argv }];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/**
 * Every process that has `marker` on its command line.
 *
 * @param {string} marker
 */
export function processesWith(marker) {
  return running().filter(({ argv }) => argv.includes(marker));
}

/**
 * A process and all below it, as they are now.
 *
 * @param {number} root
 */
export function treeOf(root) {
  const all = running();
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/**
 * Which of these still run. A number is given away again, so the time of the start counts as well.
 *
 * @param {readonly Process[]} processes
 */
export function stillRunning(processes) {
  const now = new Map(running().map(({ pid, started }) => [pid, started]));
  return processes.filter(({ pid, started }) => now.get(pid) === started);
}
