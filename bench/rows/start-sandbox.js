import { milliseconds, ratio } from '../figure.js';
import { interleave } from '../rounds.js';
import { untilExit } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const startSandbox = {
  name: 'start-sandbox',
  about: '`run` of `/bin/true` in the full sandbox, no network, whole',
  async measure({ home, rounds }) {
    const samples = await interleave(
      {
        'node -e 0': () => untilExit(home.nodeProgram(['-e', '0'])),
        'run true': () => untilExit(home.run('true')),
      },
      rounds,
    );
    return [
      ratio('over `node -e 0`', samples['run true'], samples['node -e 0'], { atMost: 1.8 }),
      ...milliseconds(samples),
    ];
  },
};
