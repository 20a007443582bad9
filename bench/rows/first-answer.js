import { milliseconds, ratio } from '../figure.js';
import { REPOSITORY } from '../home.js';
import { locked } from '../locked.js';
import { interleave } from '../rounds.js';
import { untilInitialized } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const firstAnswer = {
  name: 'first-answer',
  about: 'first `initialize` answer of `server-everything`, locked',
  async measure({ home, rounds }) {
    const entry = locked(home);
    const server = [home.node, ...entry];
    const pipe = `${REPOSITORY}/bench/pipe-relay.js`;
    const samples = await interleave(
      {
        'started directly': () => untilInitialized(home.nodeProgram(entry)),
        'through `run`, full sandbox': () => untilInitialized(home.run('locked')),
        'through a relay that only pipes': () => untilInitialized(home.nodeProgram([pipe, ...server])),
        'through that relay and an open sandbox': () =>
          untilInitialized(home.nodeProgram([pipe, ...OPEN_SANDBOX, ...server])),
      },
      rounds,
    );
    const direct = samples['started directly'];
    return [
      ratio('through `run`, over started directly', samples['through `run`, full sandbox'], direct, { atMost: 1.25 }),
      ratio(
        'through a relay that only pipes, over started directly',
        samples['through a relay that only pipes'],
        direct,
      ),
      ratio(
        'through that relay and bubblewrap, over started directly',
        samples['through that relay and an open sandbox'],
        direct,
      ),
      ...milliseconds(samples),
    ];
  },
};

/** All namespaces, and the machine's files as they are. */
const OPEN_SANDBOX = [
  '/usr/bin/bwrap',
  '--unshare-all',
  '--die-with-parent',
  '--bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--',
];
