// What is left when launchers end, counted: the loops behind a test and behind `npm run soak`. Plain JavaScript, so
// that the latter needs nothing but Node.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processesWith } from './processes.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Kills launchers with SIGKILL: a third of them at a random moment before the server can be ready, a third at the very
 * moment at which the first process of the sandbox appears, a third at a random moment of the first second or so. Their
 * server ignores what can be ignored and has a child in another session.
 *
 * @param {number} count
 * @param {readonly string[]} unsafe
 */
export async function killAtRandom(count, unsafe = ['unlocked']) {
  const place = makePlace('stubborn.mjs', unsafe);
  try {
    const readyAfter = await timeToReady(place);
    const survivors = [];
    let beforeReady = 0;
    for (let kill = 0; kill < count; kill += 1) {
      const launcher = start(place);
      let isReady = false;
      launcher.stdout.once('data', () => (isReady = true));
      const began = performance.now();
      if (kill % 3 === 0) await pass(Math.random() * readyAfter);
      else if (kill % 3 === 1) await firstChild(launcher.pid);
      else await pass(Math.random() * readyAfter * 5);
      launcher.kill('SIGKILL');
      const moment = performance.now() - began;
      if (!isReady) beforeReady += 1;
      const left = await whoStays(place.marker);
      survivors.push(...left.map(({ pid, argv }) => ({ moment: Math.round(moment), pid, argv })));
    }
    return { kills: count, beforeReady, survivors };
  } finally {
    place.remove();
  }
}

/**
 * Starts a server, has one message answered, closes it as a client does; in a repository, with a temporary directory
 * of its own. Says what was there afterwards and not before.
 *
 * @param {number} count
 */
export async function startAndStop(count) {
  const place = makePlace('echo.mjs');
  try {
    const before = namesBelow(place.cwd);
    const codes = [];
    for (let round = 0; round < count; round += 1) {
      const launcher = start(place);
      const closed = once(launcher, 'close');
      launcher.stdin.write('{}\n');
      await firstWord(launcher);
      launcher.stdin.end();
      codes.push((await closed)[0]);
    }
    return {
      codes,
      survivors: await whoStays(place.marker),
      temporary: namesBelow(place.temporary),
      state: namesBelow(join(place.directory, 'state')),
      cwd: namesBelow(place.cwd).filter((name) => !before.includes(name)),
    };
  } finally {
    place.remove();
  }
}

/**
 * A policy with one server. Its id is the marker that launcher, sandbox and server have on their command lines.
 *
 * @param {string} server a file of `fixtures/servers`
 * @param {readonly string[]} unsafe
 */
function makePlace(server, unsafe = ['unlocked']) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'msr-survivors-')));
  const marker = `m-${randomUUID()}`;
  const args = [join(repository, 'fixtures/servers', server), marker];
  const [cwd, temporary] = [join(directory, 'repository'), join(directory, 'temporary')];
  for (const path of [join(directory, 'config'), cwd, temporary]) mkdirSync(path, { mode: 0o700 });
  writeFileSync(
    join(directory, 'config/policy.yaml'),
    JSON.stringify({ version: 1, servers: { [marker]: { command: 'node', args, unsafe } } }),
    { mode: 0o600 },
  );
  spawnSync('git', ['init', '--quiet', cwd]);
  return { directory, marker, cwd, temporary, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** @param {ReturnType<typeof makePlace>} place */
function start({ directory, marker, cwd, temporary }) {
  return spawn(process.execPath, [join(repository, 'bin/mcp-secure-run.js'), 'run', marker], {
    cwd,
    env: { PATH: process.env.PATH, HOME: directory, MCP_SECURE_RUN_HOME: directory, TMPDIR: temporary, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** @param {ReturnType<typeof start>} launcher */
async function firstWord(launcher) {
  const ended = once(launcher, 'exit').then(([code]) => {
    throw new Error(`a launcher ended with ${code} before its server spoke`);
  });
  await Promise.race([once(launcher.stdout, 'data'), ended]);
}

/**
 * Milliseconds from the start to the server's first word, of a second start: the first compiles the policy.
 *
 * @param {ReturnType<typeof makePlace>} place
 */
async function timeToReady(place) {
  let took = 0;
  for (const _ of ['compiles', 'measured']) {
    const began = performance.now();
    const launcher = start(place);
    await firstWord(launcher);
    took = performance.now() - began;
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  }
  return took;
}

/**
 * Looks without a pause: between fork(2) and the sandbox's own precautions there is less than a millisecond.
 *
 * @param {number | undefined} pid
 */
async function firstChild(pid) {
  const children = `/proc/${pid}/task/${pid}/children`;
  const until = performance.now() + 5000;
  while (performance.now() < until) {
    if (readFileSync(children, 'latin1') !== '') return;
    await new Promise((soon) => setImmediate(soon));
  }
  throw new Error('a launcher started nothing');
}

/**
 * The processes that are there after two seconds, which are then ended; none as soon as there is none.
 *
 * @param {string} marker
 */
async function whoStays(marker) {
  const until = performance.now() + 2000;
  let left = processesWith(marker);
  while (left.length > 0 && performance.now() < until) {
    await pass(20);
    left = processesWith(marker);
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself, too late.
    }
  }
  return left;
}

/** @param {string} directory */
function namesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1));
}
