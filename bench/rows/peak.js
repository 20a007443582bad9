import { once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { echo } from '../echoing.js';
import { figure } from '../figure.js';
import { notificationOf } from '../messages.js';
import { peakResidentSet } from '../process-memory.js';
import { end, start } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const peak = {
  name: 'peak',
  about: 'most memory that the launcher has resident',
  async measure({ home }) {
    const { megabytes, perSecond } = await underLoad(home);
    const stopped = await withStoppedReader(home);
    return [
      figure('under 1 GB of 64 KB messages each way, 16 under way', megabytes, 'MB', { atMost: 100 }),
      figure(`with a reader that stopped for ${STOPPED / 1000} s, while the server floods`, stopped, 'MB', {
        atMost: 100,
      }),
      figure('64 KB messages there and back', perSecond, 'messages/s'),
    ];
  },
};

/** @param {import('../home.js').Home} home */
async function underLoad(home) {
  const launcher = start(home.run('cat'));
  const message = Buffer.from(notificationOf(64 * 1024));
  const count = Math.ceil(1e9 / message.length);
  await echo(launcher, message, { count: 1, underWay: 1 });
  const begun = performance.now();
  await echo(launcher, message, { count, underWay: 16 });
  const perSecond = count / ((performance.now() - begun) / 1000);
  const megabytes = peakResidentSet(launcher.pid) / 1e6;
  await end(launcher);
  return { megabytes, perSecond };
}

/**
 * What the server writes is not read at first, and then it is, to see that it was held back and not lost.
 *
 * @param {import('../home.js').Home} home
 */
async function withStoppedReader(home) {
  const launcher = start(home.run('flood'));
  await pass(STOPPED);
  const megabytes = peakResidentSet(launcher.pid) / 1e6;
  await once(launcher.stdout, 'data');
  launcher.kill('SIGTERM');
  await end(launcher);
  return megabytes;
}

/** Milliseconds. */
const STOPPED = 3000;
