import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { idsOf, isRoot } from '../kit/account.ts';
import { msr } from '../kit/command.ts';
import { entry, Trap } from '../kit/trap.ts';

type Row = readonly [title: string, prepare: (trap: Trap) => void, outcome: string, hint?: string];

/** Every row is done to a policy that would start its server. */
function describeRows(rows: readonly Row[], args: (trap: Trap) => readonly string[] = () => ['run', 'trap']): void {
  test.each(rows.map((row) => [row[0], row] as const))('%s', async (_title, [, prepare, outcome, hint = '']) => {
    const trap = new Trap();
    prepare(trap);
    const { is, stderr } = await trap.outcome(args(trap));
    expect(is).toBe(outcome);
    expect(stderr).toContain(hint);
  });
}

/** Takes the policy away and puts something else in its place. */
const instead = (put: (path: string, trap: Trap) => void) => (trap: Trap) => {
  rmSync(trap.arena.home.policy);
  put(trap.arena.home.policy, trap);
};
const policyOf = ({ arena }: Trap): string => arena.home.policy;

test('a policy that nobody else can write starts its server, or this file proves nothing', async () => {
  expect((await new Trap().outcome()).is).toBe('started, 0');
});

describe('closed by default: a policy that', () => {
  describeRows([
    ['is not there', instead(() => {}), '2 policy-missing', 'write one there'],
    ['has no directory', (trap) => rmSync(dirname(policyOf(trap)), { recursive: true }), '2 policy-missing'],
    ['is a directory', instead((path) => mkdirSync(path)), '2 policy-not-a-file'],
    [
      'is a FIFO: nobody waits for its writer',
      instead((path) => execFileSync('mkfifo', ['-m', '600', path])),
      '2 policy-not-a-file',
    ],
    ['is a link to /dev/zero', instead((path) => symlinkSync('/dev/zero', path)), '2 policy-not-a-file'],
    ['is a link to /dev/null', instead((path) => symlinkSync('/dev/null', path)), '2 policy-not-a-file'],
    ['is a link to nothing', instead((path) => symlinkSync('/nowhere/policy.yaml', path)), '2 policy-missing'],
    ['is a link to itself', instead((path) => symlinkSync(path, path)), '2 policy-unreadable'],
    ['has 2 MiB', (trap) => truncateSync(policyOf(trap), 2 * 1024 * 1024), '2 policy-too-large', 'larger than 1 MiB'],
    ['has 2 MiB of comment', (trap) => trap.write(`${entry()}#${'x'.repeat(2 * 1024 * 1024)}`), '2 policy-too-large'],
    [
      'is not UTF-8',
      (trap) => writeFileSync(policyOf(trap), Buffer.from([0x76, 0xff, 0xfe])),
      '2 policy-syntax',
      'not UTF-8',
    ],
    [
      'has a character cut in two',
      (trap) =>
        writeFileSync(policyOf(trap), Buffer.concat([Buffer.from(`${entry()}# `), Buffer.from('é').subarray(0, 1)])),
      '2 policy-syntax',
      'not UTF-8',
    ],
    [
      'is UTF-16',
      (trap) => writeFileSync(policyOf(trap), Buffer.from(`\uFEFF${entry()}`, 'utf16le')),
      '2 policy-syntax',
    ],
    ['its group may write', (trap) => giveTo(policyOf(trap), 0o660), '2 policy-writable', 'chmod go-w'],
    ['everyone may write', (trap) => chmodSync(policyOf(trap), 0o606), '2 policy-writable', 'chmod go-w'],
    [
      'lies in a directory that its group may write',
      (trap) => giveTo(dirname(policyOf(trap)), 0o770),
      '2 policy-writable',
      ', above ',
    ],
    [
      'lies in a directory that everyone may write',
      (trap) => chmodSync(dirname(policyOf(trap)), 0o707),
      '2 policy-writable',
    ],
    [
      'lies below a directory that everyone may write',
      ({ arena }) => chmodSync(arena.directory, 0o777),
      '2 policy-writable',
    ],
    [
      'is a link into a directory that everyone may write',
      instead((path, trap) => {
        symlinkSync(trap.arena.plant('shared/policy.yaml', trap.fill(entry())), path);
        chmodSync(trap.arena.at('shared'), 0o777);
      }),
      '2 policy-writable',
      '/shared, above ',
    ],
  ]);

  test('is a link, and is not the one that was judged when it is opened, is refused or read whole', async () => {
    // What is opened is what is judged: whichever of the two it is, the one that everyone may write is never read.
    const trap = new Trap();
    const { policy } = trap.arena.home;
    const [good, bad] = [trap.arena.at('good.yaml'), trap.arena.at('bad.yaml')];
    renameSync(policy, good);
    writeFileSync(bad, trap.fill(entry()).replaceAll('trap', 'other'), { mode: 0o600 });
    chmodSync(bad, 0o666);
    symlinkSync(good, policy);
    const swapping = execSwap(policy, good, bad);
    try {
      for (let start = 0; start < 12; start += 1) {
        const { is } = await trap.outcome(['run', 'other']);
        expect(is).toMatch(/^(?:127 server-unknown|2 policy-(?:writable|missing|unreadable))$/);
      }
    } finally {
      swapping.kill('SIGKILL');
    }
  });
});

/** A mode that lets a group other than root's write. */
function giveTo(path: string, mode: number): void {
  if (isRoot) chownSync(path, 0, idsOf('nobody').gid);
  chmodSync(path, mode);
}

/** A process that makes a link lead now here, now there, as fast as it can. */
function execSwap(link: string, ...targets: readonly [string, string]) {
  const script = `const fs = require('node:fs'); const [link, ...targets] = process.argv.slice(1);
    for (let n = 0; ; n += 1) { fs.symlinkSync(targets[n % 2], link + '.new'); fs.renameSync(link + '.new', link); }`;
  return spawn(process.execPath, ['-e', script, link, ...targets], { stdio: 'ignore' });
}

// Only root can give a file away, and only an ordinary account can be kept from reading one.
const BY_ACCOUNT: readonly Row[] = isRoot
  ? [
      [
        'belongs to another account',
        ({ arena }) => give(arena.home.policy),
        '2 policy-owner',
        'belongs to neither root nor you',
      ],
      [
        'lies in a directory of another account',
        ({ arena }) => give(dirname(arena.home.policy)),
        '2 policy-owner',
        ', above ',
      ],
      ['lies below a directory of another account', ({ arena }) => give(arena.directory), '2 policy-owner'],
      [
        'is a link to a file of another account',
        instead((path, trap) => {
          symlinkSync(trap.arena.plant('theirs.yaml', trap.fill(entry())), path);
          give(trap.arena.at('theirs.yaml'));
        }),
        '2 policy-owner',
      ],
    ]
  : [
      ['its owner may not read', ({ arena }) => chmodSync(arena.home.policy, 0), '2 policy-unreadable', 'EACCES'],
      [
        'lies in a directory that may not be entered',
        ({ arena }) => lock(arena.at('config')),
        '2 policy-unreadable',
        'EACCES',
      ],
      [
        'is a link to a file of another account',
        instead((path) => symlinkSync('/etc/shadow', path)),
        '2 policy-unreadable',
        'EACCES',
      ],
      ['is a link to a program of root’s', instead((path) => symlinkSync('/usr/bin/true', path)), '2 policy-syntax'],
    ];

/** Shut, until the test has ended: what is shut cannot be removed. */
function lock(directory: string): void {
  onTestFinished(() => chmodSync(directory, 0o700));
  chmodSync(directory, 0);
}

function give(path: string): void {
  const { uid, gid } = idsOf('nobody');
  chownSync(path, uid, gid);
}

describe(`closed by default, as ${isRoot ? 'root' : 'an ordinary account'}: a policy that`, () => {
  describeRows(BY_ACCOUNT);
});

const chosen = (trap: Trap): readonly string[] => ['run', '--policy', trap.arena.at('chosen/policy.yaml'), 'trap'];
const choose = (trap: Trap): string => trap.arena.plant('chosen/policy.yaml', trap.fill(entry()));

describe('closed by default: a policy that was named on the command line', () => {
  const REPOSITORY = '2 policy-in-repository';

  describeRows(
    [
      ['is not there', () => {}, '2 policy-missing', 'correct the path after `--policy`'],
      ['is a directory', ({ arena }) => arena.make('chosen/policy.yaml'), '2 policy-not-a-file'],
      [
        'lies in a repository',
        (trap) => (choose(trap), trap.arena.make('chosen/.git')),
        REPOSITORY,
        'move it out of the repository',
      ],
      ['lies below a repository', (trap) => (choose(trap), trap.arena.make('.git')), REPOSITORY],
      [
        'lies in a worktree, where `.git` is a file',
        (trap) => (choose(trap), trap.arena.plant('chosen/.git')),
        REPOSITORY,
      ],
      [
        'is a link into a repository',
        (trap) => {
          trap.arena.make('repository/.git');
          trap.arena.make('chosen');
          symlinkSync(
            trap.arena.plant('repository/policy.yaml', trap.fill(entry())),
            trap.arena.at('chosen/policy.yaml'),
          );
        },
        REPOSITORY,
      ],
      ['everyone may write', (trap) => chmodSync(choose(trap), 0o666), '2 policy-writable'],
      [
        'is reached through a directory that everyone may write',
        (trap) => {
          choose(trap);
          renameSync(trap.arena.at('chosen'), trap.arena.at('kept'));
          trap.arena.make('chosen');
          symlinkSync(trap.arena.at('kept/policy.yaml'), trap.arena.at('chosen/policy.yaml'));
          chmodSync(trap.arena.at('chosen'), 0o777);
        },
        '2 policy-writable',
        '/chosen, above ',
      ],
    ],
    chosen,
  );

  test('is none of these starts its server', async () => {
    const trap = new Trap('version: 1\nservers: {}\n');
    choose(trap);
    expect((await trap.outcome(chosen(trap))).is).toBe('started, 0');
  });

  test('by a relative path is found from where the client stands', async () => {
    const trap = new Trap('version: 1\nservers: {}\n');
    choose(trap);
    const from = { cwd: trap.arena.at('chosen') };
    expect((await trap.outcome(['run', '--policy', 'policy.yaml', 'trap'], from)).is).toBe('started, 0');
  });
});

describe('the repository in which the client stands', () => {
  test('has no say: its policy is not read', async () => {
    const trap = new Trap('version: 1\nservers: {}\n');
    trap.arena.make('project/.git');
    for (const name of [
      'policy.yaml',
      '.mcp-secure-run.yaml',
      'config/policy.yaml',
      '.config/mcp-secure-run/policy.yaml',
    ])
      trap.arena.plant(join('project', name), trap.fill(entry()));
    expect((await trap.outcome(['run', 'trap'], { cwd: trap.arena.at('project') })).is).toBe('127 server-unknown');
  });
});

describe('`MCP_SECURE_RUN_HOME`', () => {
  test.each([
    ['relative', 'home'],
    ['relative to a home', '~/home'],
    ['not normal', '/tmp/../tmp/home'],
    ['with a slash at its end', '/tmp/home/'],
    ['the root', '/'],
    ['empty', ''],
  ])('%s is refused', async (_title, home) => {
    expect((await new Trap().outcome(['run', 'trap'], { env: { MCP_SECURE_RUN_HOME: home } })).is).toBe(
      '2 home-refused',
    );
  });

  test('is said aloud', async () => {
    const trap = new Trap();
    const { stderr } = await trap.outcome();
    expect(stderr).toContain(`policy and state are below ${trap.arena.directory}, by \`MCP_SECURE_RUN_HOME\``);
  });

  test('is not replaced by `HOME` or `XDG_CONFIG_HOME`, which a client’s configuration sets', async () => {
    const trap = new Trap('version: 1\nservers: {}\n');
    for (const name of ['.config/mcp-secure-run/policy.yaml', 'mcp-secure-run/policy.yaml'])
      trap.arena.plant(join('other', name), trap.fill(entry()));
    const other = trap.arena.at('other');
    expect((await trap.outcome(['run', 'trap'], { env: { HOME: other, XDG_CONFIG_HOME: other } })).is).toBe(
      '127 server-unknown',
    );
  });
});

test('what was compiled from a policy is not believed when it was damaged, or when others could write it', async () => {
  const trap = new Trap(entry().replace('trap', 'other'));
  await msr(trap.arena.home, ['run', 'other']);
  trap.reset();
  const compiled = execFileSync('find', [trap.arena.at('state/compiled'), '-name', '*.json'], {
    encoding: 'utf8',
  }).trim();
  const forged = execFileSync('cat', [compiled], { encoding: 'utf8' }).replaceAll('"other"', '"trap"');
  expect(forged).toContain('"trap"');

  writeFileSync(compiled, forged);
  chmodSync(compiled, 0o666);
  expect((await trap.outcome()).is).toBe('127 server-unknown');
  writeFileSync(compiled, forged.slice(0, -20));
  chmodSync(compiled, 0o600);
  expect((await trap.outcome()).is).toBe('127 server-unknown');
});
