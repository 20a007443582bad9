import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { resolveSecrets } from '../../../src/secrets/resolve-secrets.ts';
import { findingsOf } from '../../../src/secrets/finding-of-fault.ts';
import type { Reference } from '../../../src/policy/reference.ts';
import { ask, outcome, resolveOne, SecretHome } from '../../kit/secrets.ts';

const home = new SecretHome();
const around = home.around({ SECRET_OF_THE_CLIENT: 'x', NODE_OPTIONS: '--bad', LD_PRELOAD: '/x' });
const command = (script: string, ...args: string[]): Reference => ({
  provider: 'cmd',
  argv: [home.program(`scripts/${(count += 1)}`, script), ...args],
});
let count = 0;

describe('what a program prints', () => {
  test.each([
    ['is the secret', 'echo canary-of-cmd', 'got canary-of-cmd'],
    ['may come late', 'sleep 0.3; echo canary-of-cmd', 'got canary-of-cmd'],
    ['may come in pieces', 'printf canary; sleep 0.1; printf -- -of-cmd', 'got canary-of-cmd'],
    ['is not what it says to stderr', 'echo canary-of-cmd >&2', 'unusable: it is empty'],
    ['is never nothing', 'exit 0', 'unusable: it is empty'],
    ['is UTF-8', String.raw`printf 'canary\377\376'`, 'unusable: it is not UTF-8'],
    ['has an end', 'exec cat /dev/zero', 'unusable: it is longer than 64 KiB'],
    ['has an end, in each of many lines', 'exec yes canary', 'unusable: it is longer than 64 KiB'],
  ])('%s', async (_title, script, expected) => {
    expect(await resolveOne(command(script), around)).toBe(expected);
  });

  test('is not the secret when it fails, and is in no word of ours', async () => {
    const reference = command('echo canary-of-cmd; echo "cannot use canary-of-cmd here" >&2; exit 7');
    const answers = await resolveSecrets([ask(reference)], around);
    expect(outcome(answers[0])).toMatch(/^refused: `.*` ended with 7: cannot use \[hidden\] here$/);
    expect(JSON.stringify([answers, findingsOf(answers)])).not.toContain('canary');
  });

  test('of one secret is in no word of another', async () => {
    const asked = [
      ask(command('echo canary-of-one')),
      ask(command('echo canary-of-one canary-of-one | base64 >&2; echo "sad: canary-of-one" >&2; exit 1')),
    ];
    const answers = await resolveSecrets(asked, around);
    expect(outcome(answers[0])).toBe('got canary-of-one');
    expect(outcome(answers[1])).toMatch(/^refused: /);
    expect(JSON.stringify(findingsOf(answers))).not.toMatch(/canary|Y2FuYXJ5/);
  });

  test('a great deal on stderr delays nobody', async () => {
    const reference = command('head -c 3000000 /dev/zero | tr "\\0" e >&2; echo canary-of-cmd');
    expect(await resolveOne(reference, around)).toBe('got canary-of-cmd');
  });

  test('what is said cannot move the cursor', async () => {
    const reference = command(String.raw`printf 'a\033[2Jb\r\342\200\256c\n' >&2; exit 1`);
    expect(await resolveOne(reference, around)).toMatch(/: a\\u\{1b\}\[2Jb; \\u\{202e\}c$/);
  });
});

describe('a program', () => {
  test('gets each argument as it is written: no shell reads it', async () => {
    const reference = command('printf "%s|" "$@"', '$(id)', 'a b', '*', ';');
    expect(await resolveOne(reference, around)).toBe('got $(id)|a b|*|;|');
  });

  test('gets an environment of its own, a directory that is nobody’s, and no input', async () => {
    expect(await resolveOne(command('exec cat'), around)).toBe('unusable: it is empty');
    const seen = await resolveOne({ provider: 'cmd', argv: ['/usr/bin/env'] }, around);
    const names = seen
      .replace(/^got /, '')
      .split('\n')
      .map((line) => line.split('=')[0] ?? '');
    expect(names.filter((name) => name !== 'XDG_RUNTIME_DIR').toSorted()).toEqual([
      'HOME',
      'LANG',
      'LOGNAME',
      'PATH',
      'USER',
    ]);
    expect(seen).toContain(`HOME=${home.path}\n`);
    expect(await resolveOne(command('pwd; echo padding'), around)).toBe('got /\npadding');
  });

  test('has no terminal to ask at', async () => {
    expect(await resolveOne(command('echo password >/dev/tty || echo there-is-none'), around)).toBe(
      'got there-is-none',
    );
  });

  test('that hangs is not waited for', async () => {
    const said = await resolveOne(command('exec sleep 1000'), { ...around, patience: 300 });
    expect(said).toMatch(/^timeout: `.*` did not answer in time$/);
  });

  test('is ended with all that it started, when nobody waits for it any more', async () => {
    const controller = new AbortController();
    const pidFile = `${home.path}/pids`;
    const reference = command(`sleep 1000 & echo $! > ${pidFile}; echo $$ >> ${pidFile}; wait`);
    const asked = resolveOne(reference, { ...around, signal: controller.signal });
    const pids = (): string[] => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').match(/\d+\n/g) : null) ?? [];
    while (pids().length < 2) await delay(10);
    controller.abort();
    expect(await asked).toMatch(/^timeout: /);
    for (const pid of pids()) await gone(pid.trim());
  });

  test('whose interpreter is not there is told of', async () => {
    const path = home.write('no-interpreter', '#!/no/such/sh\n', 0o700);
    const expected = `missing: there is no /no/such/sh, which is to run ${path}`;
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, around)).toBe(expected);
  });

  test('with more arguments than the kernel takes is told of', async () => {
    const said = await resolveOne({ provider: 'cmd', argv: ['/bin/echo', 'x'.repeat(200_000)] }, around);
    expect(said).toBe('refused: `/bin/echo` could not be started: spawn E2BIG');
  });

  test('that leaves something behind holding its pipes is not waited for, and that is ended', async () => {
    const pidFile = `${home.path}/left`;
    const reference = command(`sleep 1000 & echo $! > ${pidFile}; echo canary-of-cmd`);
    expect(await resolveOne(reference, around)).toBe('got canary-of-cmd');
    await gone(readFileSync(pidFile, 'utf8').trim());
  });

  test('that leaves something behind in a session of its own is not waited for', async () => {
    const pidFile = `${home.path}/escaped`;
    const reference = command(
      `setsid sh -c 'echo $$ > ${pidFile}; exec sleep 1000' & while [ ! -s ${pidFile} ]; do sleep 0.05; done; echo canary-of-cmd`,
    );
    expect(await resolveOne(reference, around)).toBe('got canary-of-cmd');
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  });

  test.each([
    ['that is not there', `${home.path}/none`, /^missing: there is no /],
    ['that is not executable', home.write('plain', 'x'), /^unsafe: .* is not a program$/],
    ['that is a directory', home.path, /^unsafe: .* is not a program$/],
  ])('%s is not run', async (_title, path, expected) => {
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, around)).toMatch(expected);
  });

  test('that others may change is not run', async () => {
    const path = home.program('others/get', `touch ${home.path}/was-run; echo canary-of-cmd`);
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, home.around())).toBe('got canary-of-cmd');
    chmodSync(path, 0o722);
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, home.around())).toBe(
      `unsafe: ${path} could be changed by other accounts`,
    );
    chmodSync(path, 0o700);
    chmodSync(`${home.path}/others`, 0o777);
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, home.around())).toMatch(/^unsafe: /);
  });

  test('whose interpreter others may change is not run', async () => {
    const interpreter = `${home.path}/interpreters/sh`;
    home.write('interpreters/none', '');
    symlinkSync('/bin/sh', interpreter);
    const path = home.write('by-interpreter', `#!${interpreter}\necho canary-of-cmd\n`, 0o700);
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, home.around())).toBe('got canary-of-cmd');
    chmodSync(`${home.path}/interpreters`, 0o777);
    expect(await resolveOne({ provider: 'cmd', argv: [path] }, home.around())).toBe(
      `unsafe: ${interpreter} could be changed by other accounts`,
    );
  });
});

test('a reference is asked once, however many variables want it, and others at the same time', async () => {
  const log = `${home.path}/asked`;
  // Each of the two waits for the other: one after the other, neither would end.
  const [one, other] = ['one', 'other'].map((name) => `${home.path}/met-${name}`);
  const meet = (mine: string, theirs: string): Reference =>
    command(`echo x >> ${log}; touch ${mine}; while [ ! -e ${theirs} ]; do sleep 0.02; done; echo canary-of-cmd`);
  const [first, second] = [meet(one ?? '', other ?? ''), meet(other ?? '', one ?? '')];
  const asked = [first, second, first, second, first].map((reference, index) =>
    ask(reference, { variable: `V${index}` }),
  );
  const answers = await resolveSecrets(asked, around);
  expect(answers.map(outcome)).toEqual(Array.from({ length: 5 }, () => 'got canary-of-cmd'));
  expect(answers.map((answer) => answer.asked.variable)).toEqual(['V0', 'V1', 'V2', 'V3', 'V4']);
  expect(readFileSync(log, 'utf8')).toBe('x\nx\n');
});

/** Ended, and noticed by whoever is its parent now. */
async function gone(pid: string): Promise<void> {
  const isThere = (): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));
  while (isThere()) await delay(20);
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State:\tZ';
  }
}
