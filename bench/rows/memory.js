import { setTimeout as pass } from 'node:timers/promises';
import { echo } from '../echoing.js';
import { figure } from '../figure.js';
import { INITIALIZE } from '../messages.js';
import { proportionalSet } from '../process-memory.js';
import { median } from '../rounds.js';
import { end, start } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const memory = {
  name: 'memory',
  about: 'memory of one idle launcher (proportional set)',
  async measure({ home }) {
    return [
      figure('among 20', await proportionalSetAmong(home, 20), 'MB', { atMost: 12 }),
      figure('among 100', await proportionalSetAmong(home, 100), 'MB', { atMost: 10 }),
    ];
  },
};

/**
 * @param {import('../home.js').Home} home
 * @param {number} count
 */
async function proportionalSetAmong(home, count) {
  const message = Buffer.from(`${INITIALIZE}\n`);
  /** @type {ReturnType<typeof start>[]} */
  const launchers = [];
  try {
    while (launchers.length < count) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - launchers.length) }, () => start(home.run('cat')));
      launchers.push(...some);
      await Promise.all(some.map((launcher) => echo(launcher, message, { count: 1, underWay: 1 })));
    }
    await pass(SETTLING);
    return median(launchers.map(({ pid }) => proportionalSet(pid) / 1e6));
  } finally {
    await Promise.all(launchers.map(end));
  }
}

const AT_ONCE = 10;
/** Milliseconds. */
const SETTLING = 1000;
