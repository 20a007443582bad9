// What takes too long for CI, whole: launchers killed at random moments, and ordinary starts and stops, of which whatever
// is left is counted; and a million texts for the policy's reader. `npm run soak`; writes docs/measured/soak.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.js';
import { killAtRandom, startAndStop } from '../test/kit/survivors.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    stops: { type: 'string', default: '200' },
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

const texts = Number(values.texts);
const isRead = texts === 0 || fuzz(texts);
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
  texts: { tried: texts, passed: isRead },
};
writeFileSync(`${measured}/soak.json`, `${JSON.stringify(result, null, 2)}\n`);

const left = killed.survivors.length + stopped.survivors.length + files.length;
process.exitCode = left === 0 && failed.length === 0 && isRead ? 0 : 1;

/** The laws of the policy's reader, as CI tries them, so much more often. */
function fuzz(total) {
  const laws = ['any-text', 'fuzz', 'schema', 'stays-refused'].map((name) => `test/unit/policy-text/${name}.test.ts`);
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', ...laws], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, FUZZ_RUNS: String(total) },
    stdio: 'inherit',
  });
  return status === 0;
}
