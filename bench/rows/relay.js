import { echo } from '../echoing.js';
import { figure, ratio } from '../figure.js';
import { REPOSITORY } from '../home.js';
import { notificationOf } from '../messages.js';
import { interleave, median } from '../rounds.js';
import { end, start } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const relay = {
  name: 'relay',
  about: '200 B to `/bin/cat` and back, no sandbox',
  async measure({ home, rounds }) {
    const pipes = home.nodeProgram([`${REPOSITORY}/bench/pipe-relay.js`, '/bin/cat']);
    const through = {
      run: start(home.run('cat-unconfined')),
      pipes: start(pipes),
      nothing: start({ ...pipes, file: '/bin/cat', args: [] }),
    };
    const { run, pipes: relayed, nothing } = through;
    const trips = await interleave(
      { run: () => roundTrip(run), pipes: () => roundTrip(relayed), nothing: () => roundTrip(nothing) },
      rounds,
    );
    const rates = await interleave(
      { run: () => rate(run), pipes: () => rate(relayed), nothing: () => rate(nothing) },
      rounds,
    );
    await Promise.all(Object.values(through).map(end));
    return [
      ratio('one under way: time over a Node relay that only pipes', trips.run, trips.pipes),
      ratio('64 under way: messages over that relay’s', rates.run, rates.pipes),
      figure('one under way, through `run`', median(trips.run), 'µs'),
      figure('one under way, through the relay', median(trips.pipes), 'µs'),
      figure('one under way, straight', median(trips.nothing), 'µs'),
      figure('64 under way, through `run`', median(rates.run), 'messages/s'),
      figure('64 under way, through the relay', median(rates.pipes), 'messages/s'),
      figure('64 under way, straight', median(rates.nothing), 'messages/s'),
    ];
  },
};

const MESSAGE = Buffer.from(notificationOf(200));

/**
 * The median of a thousand, in microseconds.
 *
 * @param {ReturnType<typeof start>} child
 */
async function roundTrip(child) {
  const times = await echo(child, MESSAGE, { count: 1000, underWay: 1 });
  return median(times.slice(1).map((time, index) => (time - (times[index] ?? 0)) * 1000));
}

/**
 * Messages a second, there and back.
 *
 * @param {ReturnType<typeof start>} child
 */
async function rate(child) {
  const begun = performance.now();
  await echo(child, MESSAGE, { count: 10_000, underWay: 64 });
  return 10_000 / ((performance.now() - begun) / 1000);
}
