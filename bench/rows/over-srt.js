import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { milliseconds, ratio } from '../figure.js';
import { EVERYTHING, Home } from '../home.js';
import { installed } from '../installed.js';
import { newerNode } from '../newer-node.js';
import { interleave } from '../rounds.js';
import { NotMeasured } from '../row.js';
import { untilExit, untilInitialized } from '../timed-start.js';

const PACKAGE = '@anthropic-ai/sandbox-runtime';
const VERSION = '0.0.83';

/** @type {import('../row.js').Row} */
export const overSrt = {
  name: 'over-srt',
  about: `start through \`run\`, so many times faster than through \`srt\` ${VERSION}, both on Node.js 24`,
  async measure({ rounds }) {
    const missing = ['/usr/bin/socat', '/usr/bin/rg'].filter((path) => !existsSync(path));
    if (missing.length > 0) throw new NotMeasured(`srt needs ${missing.join(' and ')}`);
    const entry = `${installed('srt', [`${PACKAGE}@${VERSION}`])}/${PACKAGE}/dist/cli.js`;

    const home = new Home(newerNode());
    try {
      // Both start in an empty directory: srt looks through the one that it is started in.
      const cwd = home.path('empty');
      mkdirSync(cwd);
      const settings = home.path('srt-settings.json');
      writeFileSync(settings, JSON.stringify(SETTINGS));
      const srt = [entry, '--settings', settings];
      const samples = await interleave(
        {
          'through `run`, full sandbox': () => untilInitialized({ ...home.run('everything'), cwd }),
          'through `srt`': () => untilInitialized({ ...home.nodeProgram([...srt, home.node, ...EVERYTHING]), cwd }),
          'started directly': () => untilInitialized({ ...home.nodeProgram(EVERYTHING), cwd }),
          '`run` of /bin/true': () => untilExit({ ...home.run('true'), cwd }),
          '`srt` of /bin/true': () => untilExit({ ...home.nodeProgram([...srt, '/bin/true']), cwd }),
        },
        rounds,
      );
      const { 'through `run`, full sandbox': run, 'through `srt`': srtTook } = samples;
      return [
        ratio('`/bin/true`, whole', samples['`srt` of /bin/true'], samples['`run` of /bin/true'], { atLeast: 3 }),
        ratio('`server-everything` to its first answer, most of which is its own start', srtTook, run),
        ...milliseconds(samples),
      ];
    } finally {
      home.remove();
    }
  },
};

/** Reads are allowed, as by default; no network. What `run` hides and refuses beyond that costs it, not srt. */
const SETTINGS = {
  network: { allowedDomains: [], deniedDomains: [] },
  filesystem: { denyRead: [], allowRead: [], allowWrite: [], denyWrite: [] },
};
