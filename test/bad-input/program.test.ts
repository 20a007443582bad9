import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idsOf, isRoot } from '../kit/account.ts';
import { giveToServers } from '../kit/arena.ts';
import { msr } from '../kit/command.ts';
import { Trap } from '../kit/trap.ts';

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A policy with one server, which would touch the file of the trap. */
function policy(server: Record<string, unknown>, top: Record<string, unknown> = {}): string {
  const files = { write: ['/OPEN'] };
  return JSON.stringify({ version: 1, ...top, servers: { trap: { files, ...server } } });
}

/** Without its place: these policies are one line. */
async function outcome(trap: Trap, options = {}): Promise<string> {
  return (await trap.outcome(['run', 'trap'], options)).is.replace(/ at 1:\d+(?:, 1:\d+)*$/, '');
}

/** A script that touches the file of the trap: by a shell, with nothing but what a server sees. */
function plantScript(trap: Trap, name = 'bin/server', head = '#!/bin/sh'): string {
  const path = trap.arena.plant(name, `${head}\ntouch '${trap.open}/touched'\n`);
  chmodSync(path, 0o755);
  return path;
}

function trapFor(
  server: (trap: Trap, script: string) => Record<string, unknown>,
  top = {},
): { trap: Trap; script: string } {
  const trap = new Trap();
  const script = plantScript(trap, 'opt/bin/server');
  trap.write(policy(server(trap, script), top));
  return { trap, script };
}

const pinned = (_trap: Trap, script: string) => ({ command: script, sha256: sha256(script) });

describe('a program that is what was reviewed is started, or this file proves nothing', () => {
  test.each<[string, (trap: Trap, script: string) => Record<string, unknown>]>([
    ['by its path and its hash', pinned],
    ['by an interpreter and its hash', (_trap, script) => ({ command: 'sh', args: [script], sha256: sha256(script) })],
    ['by its path, unlocked', (_trap, script) => ({ command: script, unsafe: ['unlocked'] })],
    ['by a name of the system', () => ({ command: 'touch', args: ['/OPEN/touched'] })],
  ])('%s', async (_title, server) => {
    expect(await outcome(trapFor(server).trap)).toBe('started, 0');
  });
});

/** A group other than root’s has it. */
const shared = (path: string): void => {
  if (isRoot) chownSync(path, 0, idsOf('nobody').gid);
};

describe('closed by default: a program that', () => {
  type Row = readonly [title: string, change: (trap: Trap, script: string) => void, outcome: string];

  const ROWS: readonly Row[] = [
    [
      'changed by one byte since it was pinned',
      (_, script) => writeFileSync(script, `${readFileSync(script, 'utf8')}#`),
      '126 program-changed',
    ],
    [
      'is a link that leads elsewhere since it was pinned',
      (trap, script) => repoint(script, plantScript(trap, 'bin/other', '#!/bin/sh\n#')),
      '126 program-changed',
    ],
    ['is gone', (_, script) => rmSync(script), '127 program-missing'],
    ['is a link to nothing', (_, script) => repoint(script, '/nowhere'), '127 program-missing'],
    ['is a directory', (_, script) => (rmSync(script), mkdirSync(script)), '126 program-not-a-file'],
    ['is a device', (_, script) => repoint(script, '/dev/null'), '126 program-not-a-file'],
    ['is not executable', (_, script) => chmodSync(script, 0o644), '126 program-not-executable'],
    ['everyone may write', (_, script) => chmodSync(script, 0o757), '126 program-writable'],
    ['its group may write', (_, script) => (shared(script), chmodSync(script, 0o775)), '126 program-writable'],
    [
      'lies in a directory that everyone may write',
      (_, script) => chmodSync(dirname(script), 0o777),
      '126 program-writable',
    ],
    [
      'lies in a directory that its group may write',
      (_, script) => (shared(dirname(script)), chmodSync(dirname(script), 0o775)),
      '126 program-writable',
    ],
    [
      'lies below a directory that everyone may write',
      ({ arena }) => chmodSync(arena.at('opt'), 0o777),
      '126 program-writable',
    ],
    ...(isRoot
      ? ([
          ['belongs to another account', (_, script) => give(script), '126 program-owner'],
          ['lies in a directory of another account', (_, script) => give(dirname(script)), '126 program-owner'],
        ] satisfies Row[])
      : ([
          ['belongs to another account', (_, script) => repoint(script, '/dev/full'), '126 program-not-a-file'],
        ] satisfies Row[])),
  ];

  test.each(ROWS)('%s', async (_title, change, expected) => {
    const { trap, script } = trapFor(pinned);
    change(trap, script);
    expect(await outcome(trap)).toBe(expected);
  });

  test.each(ROWS.filter(([, , expected]) => /writable|owner/.test(expected)))(
    '%s, though it is unlocked',
    async (_title, change, expected) => {
      const { trap, script } = trapFor((_trap, path) => ({ command: path, unsafe: ['unlocked'] }));
      change(trap, script);
      expect(await outcome(trap)).toBe(expected);
    },
  );

  test('was pinned by a hash of another file, and the hash that it has is told', async () => {
    const { trap, script } = trapFor((_trap, path) => ({ command: path, sha256: '0'.repeat(64) }));
    const { stderr } = await trap.outcome();
    expect(stderr).toContain('error[program-changed]');
    expect(stderr).toContain(`its sha256 is ${sha256(script)}`);
  });

  test('nothing holds to what was reviewed is refused, unless only root can change it', async () => {
    // Root's own files are held by root; an ordinary account's are not.
    const { trap, script } = trapFor((_trap, path) => ({ command: path }));
    const { is, stderr } = await trap.outcome();
    if (isRoot) expect(is).toBe('started, 0');
    else {
      expect(is).toMatch(/^126 program-not-pinned/);
      expect(stderr).toContain(`or write \`sha256: ${sha256(script)}\``);
    }
  });
});

function repoint(link: string, target: string): void {
  rmSync(link);
  symlinkSync(target, link);
}

function give(path: string): void {
  const { uid, gid } = idsOf('nobody');
  chownSync(path, uid, gid);
}

describe('a program that is repointed while it is started', () => {
  test('runs as it was reviewed, or not at all', async () => {
    const trap = new Trap();
    const good = trap.arena.plant('bin/good', '#!/bin/sh\nexit 7\n');
    const bad = plantScript(trap, 'bin/bad');
    chmodSync(good, 0o755);
    const link = trap.arena.at('bin/link');
    symlinkSync(good, link);
    trap.write(policy({ command: link, sha256: sha256(good) }));
    const script = `const fs = require('node:fs'); const [link, ...targets] = process.argv.slice(1);
      for (let n = 0; ; n += 1) { fs.symlinkSync(targets[n % 2], link + '.new'); fs.renameSync(link + '.new', link); }`;
    const swapping = spawn(process.execPath, ['-e', script, link, good, bad], { stdio: 'ignore' });
    try {
      for (let start = 0; start < 12; start += 1) {
        await trap.outcome().catch(() => {}); // what it says differs: it may have run, and ended with 7
        expect(trap.isSprung).toBe(false);
      }
    } finally {
      swapping.kill('SIGKILL');
    }
  });
});

describe('argv from end to end: an interpreter that is given', () => {
  const NODE_CODE = "require('fs').writeFileSync('/OPEN/touched', '')";
  const PYTHON_CODE = "open('/OPEN/touched', 'w')";

  test.each([
    ['code', 'node', ['-e', NODE_CODE], '126 interpreter-option'],
    ['code, attached', 'node', [`--eval=${NODE_CODE}`], '126 interpreter-option'],
    ['code to print', 'node', ['-p', NODE_CODE], '126 interpreter-option'],
    ['a module to load first', 'node', ['--require', '/OPEN/x.js', '/OPEN/y.js'], '126 interpreter-option'],
    ['a module as data', 'node', ['--import', 'data:text/javascript,1'], '126 interpreter-option'],
    ['a debugger', 'node', ['--inspect=0.0.0.0', '/OPEN/y.js'], '126 interpreter-option'],
    ['its input', 'node', ['-'], '126 interpreter-option'],
    ['the end of options', 'node', ['--', '/OPEN/y.js'], '126 interpreter-option'],
    ['nothing', 'node', [], '126 interpreter-script'],
    ['a path that depends on where it stands', 'node', ['server.js'], '126 interpreter-script'],
    ['a path in the client’s directory', 'node', ['./server.js'], '126 interpreter-script'],
    ['a script that is not there', 'node', ['/nowhere/server.js'], '127 program-missing'],
    ['a directory', 'node', ['/OPEN'], '126 program-not-a-file'],
    ['a device', 'node', ['/dev/zero'], '126 program-not-a-file'],
    ['code', 'python3', ['-c', PYTHON_CODE], '126 interpreter-option'],
    ['code, behind flags', 'python3', ['-Ic', PYTHON_CODE], '126 interpreter-option'],
    ['a module by its name', 'python3', ['-m', 'http.server'], '126 interpreter-option'],
    ['code', 'sh', ['-c', 'touch /OPEN/touched'], '126 interpreter-option'],
    ['its input', 'sh', ['-s'], '126 interpreter-option'],
    ['code', 'bash', ['-c', 'touch /OPEN/touched'], '126 interpreter-option'],
    ['code', 'perl', ['-e', '1'], '126 interpreter-option'],
    ['code', '/bin/sh', ['-c', 'touch /OPEN/touched'], '126 interpreter-option'],
    ['code', '/usr/bin/python3', ['-c', PYTHON_CODE], '126 interpreter-option'],
  ])('%s (%s %j)', async (_title, command, args, expected) => {
    const [first] = (await outcome(new Trap(policy({ command, args, unsafe: ['unlocked'] })))).split(',');
    expect(first).toBe(expected); // of a device and of a directory, whose it is may be told as well
  });

  test('a name of its own, by a link, is still that interpreter', async () => {
    const trap = new Trap();
    symlinkSync('/bin/sh', trap.arena.at('harmless'));
    trap.write(policy({ command: trap.arena.at('harmless'), args: ['-c', 'touch /OPEN/touched'] }));
    expect(await outcome(trap)).toBe('126 interpreter-option');
  });
});

describe('a script whose first line', () => {
  test.each([
    ['has `env` split its text', '#!/usr/bin/env -S sh -e'],
    ['has `env` set a variable', '#!/usr/bin/env A=1 sh'],
    ['gives `env` nothing', '#!/usr/bin/env'],
    ['gives `env` two words', '#!/usr/bin/env sh -e'],
    ['gives `env` a path', '#!/usr/bin/env ./sh'],
    ['names an interpreter that depends on where it stands', '#!sh'],
    ['names an interpreter in the client’s directory', '#!./sh'],
    ['names nothing', '#!'],
    ['is longer than the kernel reads', `#!/bin/sh ${'#'.repeat(300)}`],
  ])('%s is refused', async (_title, head) => {
    const trap = new Trap();
    trap.write(policy({ command: plantScript(trap, 'bin/server', head), unsafe: ['unlocked'] }));
    expect(await outcome(trap)).toBe('126 shebang');
  });

  test('names an interpreter that is not there is refused', async () => {
    const trap = new Trap();
    trap.write(policy({ command: plantScript(trap, 'bin/server', '#!/nowhere/sh'), unsafe: ['unlocked'] }));
    expect(await outcome(trap)).toBe('127 program-missing');
  });

  test('names a program that is not on the path of programs is refused, whatever the client’s `PATH` has', async () => {
    const trap = new Trap();
    plantScript(trap, 'bin/my-interpreter');
    trap.write(
      policy({ command: plantScript(trap, 'bin/server', '#!/usr/bin/env my-interpreter'), unsafe: ['unlocked'] }),
    );
    expect(await outcome(trap, { env: { PATH: trap.arena.at('bin') } })).toBe('127 program-missing');
  });

  test('names another script is refused: its own first line would be left to the kernel', async () => {
    const trap = new Trap();
    const runner = plantScript(trap, 'bin/runner', '#!/usr/bin/env sh');
    trap.write(policy({ command: plantScript(trap, 'bin/server', `#!${runner}`), unsafe: ['unlocked'] }));
    expect(await outcome(trap)).toBe('126 shebang');
  });

  test('names an interpreter that everyone may write is refused', async () => {
    const trap = new Trap();
    const interpreter = trap.arena.plant('bin/interpreter');
    writeFileSync(interpreter, readFileSync(realpathSync('/bin/true')));
    chmodSync(interpreter, 0o777);
    trap.write(policy({ command: plantScript(trap, 'bin/server', `#!${interpreter}`), unsafe: ['unlocked'] }));
    expect(await outcome(trap)).toBe('126 program-writable');
  });

  test.each(['#!/bin/sh', '#! /bin/sh', '#!/usr/bin/env sh', '#!/bin/sh -e'])('is `%s` is started', async (head) => {
    const trap = new Trap();
    trap.write(policy({ command: plantScript(trap, 'bin/server', head), unsafe: ['unlocked'] }));
    expect(await outcome(trap)).toBe('started, 0');
  });
});

describe('a name is looked up on the path of the policy', () => {
  test('and what is first in the client’s `PATH` is never executed, nor what is in its directory', async () => {
    const trap = new Trap();
    // Every program that a start could need: the server's, an interpreter, the sandbox's.
    for (const name of ['touch', 'node', 'sh', 'bwrap', 'env', 'dash']) plantScript(trap, `hostile/${name}`);
    const hostile = trap.arena.at('hostile');
    trap.write(policy({ command: 'touch', args: ['/OPEN/by-the-right-one'] }));
    const { exitCode } = await msr(trap.arena.home, ['run', 'trap'], { env: { PATH: `${hostile}::.` }, cwd: hostile });
    expect([exitCode, trap.isSprung, existsSync(`${trap.open}/by-the-right-one`)]).toEqual([0, false, true]);
  });

  test('which is not the client’s', async () => {
    const trap = new Trap(policy({ command: 'my-server' }));
    plantScript(trap, 'bin/my-server');
    expect(await outcome(trap, { env: { PATH: trap.arena.at('bin') } })).toBe('127 program-missing');
  });

  test.each<[string, (path: string) => void]>([
    ['that is not there', (path) => rmSync(path, { recursive: true })],
    ['that everyone may write', (path) => chmodSync(path, 0o777)],
    ...(isRoot ? [['of another account', give] as [string, (path: string) => void]] : []),
  ])('and a directory on it %s is refused', async (_title, change) => {
    const trap = new Trap();
    plantScript(trap);
    trap.write(policy({ command: 'server', unsafe: ['unlocked'] }, { programPath: [trap.arena.at('bin')] }));
    change(trap.arena.at('bin'));
    expect(await outcome(trap)).toBe('126 program-path');
  });

  test('which may be a directory of one’s own', async () => {
    const trap = new Trap();
    plantScript(trap);
    trap.write(policy({ command: 'server', unsafe: ['unlocked'] }, { programPath: [trap.arena.at('bin')] }));
    expect(await outcome(trap)).toBe('started, 0');
  });
});

test.each([
  ['is not there', 'nobody-at-all'],
  ['is root', 'root'],
])('an account to run under that %s is refused where it matters: as root', async (_title, account) => {
  // An ordinary account cannot change to another, and runs its servers itself.
  const trap = new Trap(policy({ command: 'touch', args: ['/OPEN/touched'] }, { runAs: account }));
  expect(await outcome(trap)).toBe(isRoot ? '125 run-as' : 'started, 0');
});

test('a server that may write the directory in which another’s program is looked up does not choose that program', async () => {
  const trap = new Trap();
  plantScript(trap, 'bin/sh');
  const server = plantScript(trap, 'server');
  renameSync(trap.arena.at('bin'), trap.arena.at('tools'));
  giveToServers(trap.arena.at('tools'));
  const planter = { command: 'true', files: { write: [trap.arena.at('tools')] } };
  const top = { programPath: [trap.arena.at('tools')] };
  const text = policy({ command: 'sh', args: [server], sha256: sha256(server) }, top);
  trap.write(JSON.stringify({ ...JSON.parse(text), servers: { ...JSON.parse(text).servers, planter } }));
  expect(await outcome(trap)).toMatch(/^126 /);
});
