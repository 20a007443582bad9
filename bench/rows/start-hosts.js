import { figure, milliseconds, ratio } from '../figure.js';
import { Home } from '../home.js';
import { interleave, median } from '../rounds.js';
import { untilExit } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const startHosts = {
  name: 'start-hosts',
  about: 'the same with a list of hosts',
  async measure({ home, rounds }) {
    const network = ['api.github.com', 'registry.example.com', 'db.example.com:5432'];
    const own = new Home(home.node, { hosts: { command: '/bin/true', network }, true: { command: '/bin/true' } });
    try {
      await untilExit(own.run('hosts'));
      const samples = await interleave(
        {
          'node -e 0': () => untilExit(own.nodeProgram(['-e', '0'])),
          'run true': () => untilExit(own.run('true')),
          'run true, hosts': () => untilExit(own.run('hosts')),
        },
        rounds,
      );
      const more = samples['run true, hosts'].map((time, round) => time - (samples['run true'][round] ?? Number.NaN));
      return [
        ratio('over `node -e 0`', samples['run true, hosts'], samples['node -e 0'], { atMost: 1.9 }),
        figure('more than without', median(more), 'ms', { atMost: 5 }),
        ...milliseconds(samples),
      ];
    } finally {
      own.remove();
    }
  },
};
