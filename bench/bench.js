// Measures what the product costs, each time beside what it is compared with: `node bench/bench.js [rows…]`.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Home, REPOSITORY } from './home.js';
import { reasonOf } from './installed.js';
import { describeMachine } from './machine.js';
import { writeBetweenMarkers } from './readme-table.js';
import { rowText, table } from './report.js';
import { NotMeasured } from './row.js';
import { ROWS } from './rows.js';
import { untilExit } from './timed-start.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '21' },
    node: { type: 'string', default: process.execPath },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: node bench/bench.js [rows…] [--rounds N] [--node FILE] [--write]');
  console.error(`rows: ${ROWS.map(({ name }) => name).join(' ')}`);
  process.exit(2);
}

const node = realpathSync(values.node);
const machine = describeMachine(node);
const description = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
console.log(`${rounds} rounds; ${description.join(', ')}\n`);

/** @type {import('./report.js').Result[]} */
const results = [];
const home = new Home(node);
try {
  // The first start after a change of the policy compiles it, which is no part of what follows.
  await untilExit(home.run('true'));
  for (const row of positionals.length > 0 ? ROWS.filter(({ name }) => positionals.includes(name)) : ROWS) {
    const result = await resultOf(row);
    console.log(rowText(result));
    results.push(result);
  }
} finally {
  home.remove();
}

if (values.write) {
  const fault = writeBetweenMarkers(`${REPOSITORY}/README.md`, table(results, machine));
  if (fault) console.error(fault);
  mkdirSync(`${REPOSITORY}/docs/measured`, { recursive: true });
  writeFileSync(`${REPOSITORY}/docs/measured/bench.json`, `${JSON.stringify({ machine, rounds, results }, null, 2)}\n`);
}

/**
 * @param {import('./row.js').Row} row
 * @returns {Promise<import('./report.js').Result>}
 */
async function resultOf({ name, about, measure }) {
  try {
    return { name, about, figures: await measure({ home, rounds }) };
  } catch (error) {
    if (error instanceof NotMeasured) return { name, about, notMeasured: error.message };
    process.exitCode = 1; // a wrong answer is a fault; a slow one is not
    return { name, about, notMeasured: `it failed: ${reasonOf(error)}` };
  }
}
