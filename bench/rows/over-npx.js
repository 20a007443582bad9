import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { milliseconds, ratio } from '../figure.js';
import { EVERYTHING_NAME as NAME, MODULES } from '../home.js';
import { reasonOf } from '../installed.js';
import { locked } from '../locked.js';
import { interleave } from '../rounds.js';
import { NotMeasured } from '../row.js';
import { untilInitialized } from '../timed-start.js';

const FASTER = 'so many times faster than `npx -y` with a warm cache';

/** @type {import('../row.js').Row} */
export const overNpx = {
  name: 'over-npx',
  about: 'first `initialize` answer of `server-everything`, locked, through `run`',
  async measure({ home, rounds }) {
    const { version } = JSON.parse(readFileSync(`${MODULES}/${NAME}/package.json`, 'utf8'));
    const npx = npxProgram(home, ['-y', `${NAME}@${version}`, 'stdio']);
    warm(npx);
    locked(home);
    const samples = await interleave(
      {
        'through `run`, full sandbox': () => untilInitialized(home.run('locked')),
        'npx -y': () => untilInitialized(npx),
      },
      rounds,
    );
    return [
      ratio(FASTER, samples['npx -y'], samples['through `run`, full sandbox'], {
        atLeast: 1.7,
      }),
      ...milliseconds(samples),
    ];
  },
};

/**
 * `npx` is found on the path and runs on the measured Node, with a cache of its own.
 *
 * @param {import('../home.js').Home} home
 * @param {readonly string[]} args
 */
function npxProgram(home, args) {
  const { env } = home.nodeProgram([]);
  return { file: 'npx', args, env: { ...env, npm_config_cache: home.path('npm-cache') } };
}

/**
 * The first start fetches; with what this account has set for npm, and npm itself reads none of it from a warm cache.
 *
 * @param {import('../timed-start.js').Program} npx
 */
function warm({ file, args, env }) {
  try {
    // Without input the server ends by itself.
    execFileSync(file, args, { env: { ...process.env, ...env }, input: '', stdio: 'pipe', timeout: 300_000 });
  } catch (error) {
    throw new NotMeasured(`npx could not fetch the package (${reasonOf(error)})`);
  }
}
