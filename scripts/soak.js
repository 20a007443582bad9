// What takes too long for CI, whole: launchers killed at random moments, and ordinary starts and stops; then whatever is
// left is counted. `npm run soak`; writes docs/measured/soak.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.js';
import { killAtRandom, startAndStop } from '../test/kit/survivors.js';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '500' }, stops: { type: 'string', default: '200' } },
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
};
writeFileSync(`${measured}/soak.json`, `${JSON.stringify(result, null, 2)}\n`);

const left = killed.survivors.length + stopped.survivors.length + files.length;
process.exitCode = left === 0 && failed.length === 0 ? 0 : 1;
