import { milliseconds, ratio } from '../figure.js';
import { REPOSITORY } from '../home.js';
import { isPing, PING } from '../messages.js';
import { interleave } from '../rounds.js';
import { untilAnswer, untilExit } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const startLauncher = {
  name: 'start-launcher',
  about: 'launcher’s own start-up, until `/bin/cat`, unconfined, has sent a line back',
  async measure({ home, rounds }) {
    const samples = await interleave(
      {
        'node -e 0': () => untilExit(home.nodeProgram(['-e', '0'])),
        'run cat, no-sandbox': () => untilAnswer(home.run('cat-unconfined'), PING, isPing),
        'a relay that only pipes': () => untilAnswer(home.nodeProgram([RELAY, '/bin/cat']), PING, isPing),
      },
      rounds,
    );
    return [
      ratio('over `node -e 0`', samples['run cat, no-sandbox'], samples['node -e 0'], { atMost: 1.25 }),
      ratio('of a relay that only pipes, over `node -e 0`', samples['a relay that only pipes'], samples['node -e 0']),
      ...milliseconds(samples),
    ];
  },
};

const RELAY = `${REPOSITORY}/bench/pipe-relay.js`;
