// What takes too long for CI, whole: launchers killed at random moments, and ordinary starts and stops, of which whatever
// is left is counted; starts while what they bind or hide is swapped for a link; and a million texts for the policy’s
// reader. `npm run soak`; writes docs/measured/soak.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.js';
import { killAtRandom, startAndStop } from '../test/kit/survivors.js';

/** Of the policy’s reader. */
const LAWS = ['any-text', 'fuzz', 'schema', 'stays-refused'].map((name) => `test/unit/policy-text/${name}.test.ts`);

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    stops: { type: 'string', default: '200' },
    swaps: { type: 'string', default: '500' },
    texts: { type: 'string', default: '1000000' },
  },
});

const killed = await killAtRandom(Number(values.kills));
console.log(
  `${killed.kills} launchers killed at random moments, ${killed.beforeReady} before their server was ready: ` +
    `${killed.survivors.length} processes left`,
);
for (const { moment, argv } of killed.survivors) console.log(`  killed after ${moment} ms: ${argv}`);

const stopped = await startAndStop(Number(values.stops));
const failed = stopped.codes.filter((code) => code !== 0);
// The compiled policy is kept for the next start, and nothing else is.
const state = stopped.state.filter((name) => !/^compiled\/[0-9a-f]{16}\.json$/.test(name));
const files = [...stopped.temporary, ...stopped.cwd, ...state];
console.log(
  `${stopped.codes.length} starts and stops, ${failed.length} with another code than 0: ` +
    `${stopped.survivors.length} processes, ${files.length} files and sockets left`,
);
for (const left of [...stopped.survivors.map(({ argv }) => argv), ...files]) console.log(`  ${left}`);

const swaps = Number(values.swaps);
const isHeld =
  swaps === 0 || passes({ SWAPS: String(swaps) }, ['test/escape/links.test.ts', 'test/escape/masks.test.ts'], 'swap');
console.log(
  `${swaps} starts while what is bound, and ${swaps} while what is hidden, was swapped: ${isHeld ? 'none saw more' : 'see above'}`,
);

const texts = Number(values.texts);
const isRead = texts === 0 || passes({ FUZZ_RUNS: String(texts) }, LAWS);
console.log(`${texts} texts for the policy’s reader: ${isRead ? 'each read or refused in words' : 'see above'}`);

const measured = fileURLToPath(new URL('../docs/measured', import.meta.url));
mkdirSync(measured, { recursive: true });
const result = {
  machine: describeMachine(process.execPath),
  kills: {
    launchers: killed.kills,
    beforeReady: killed.beforeReady,
    processesLeft: killed.survivors.length,
    momentsWithSurvivors: killed.survivors.map(({ moment }) => moment),
  },
  stops: {
    launchers: stopped.codes.length,
    otherCodes: failed.length,
    processesLeft: stopped.survivors.length,
    filesAndSocketsLeft: files.length,
  },
  swaps: { tried: swaps, passed: isHeld },
  texts: { tried: texts, passed: isRead },
};
writeFileSync(`${measured}/soak.json`, `${JSON.stringify(result, null, 2)}\n`);

const left = killed.survivors.length + stopped.survivors.length + files.length;
process.exitCode = left === 0 && failed.length === 0 && isHeld && isRead ? 0 : 1;

/** Tests as CI makes them, of which more is asked. */
function passes(more, tests, named = '') {
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', '-t', named, ...tests], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...more },
    stdio: 'inherit',
  });
  return status === 0;
}
