import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serverAccount } from '../kit/account.ts';
import { CANARY, giveToServers, makeArena, type Arena } from '../kit/arena.ts';
import { Staged, type Attack } from '../kit/attack.ts';
import { msr } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';

// The shape of CVE-2026-87766: what a server may write, it may replace by a link, and the next start may follow it.

/** A directory that a server may write, with one in it; a victim beside it, open to the server's account. */
function arrange(entries: (arena: Arena) => Record<string, unknown>, args = ['app/inner', 'victim']): Staged {
  const arena = makeArena();
  for (const name of ['app', 'app/inner', 'victim']) arena.make(name, 'owned');
  giveToServers(arena.plant('victim/canary'));
  const paths = args.map((name) => arena.at(name));
  const attack: Attack = { script: 'plant-link.mjs', args: paths, granted: entries(arena) };
  return new Staged(arena, attack);
}

const untouched = (staged: Staged) => expect(readdirSync(staged.arena.at('victim'))).toEqual(['canary']);
const OUT_OF_REACH = { planted: 'GOT', read: 'ENOENT', written: 'ENOENT' };

test('a server that plants a link reaches what it leads to without the sandbox, or these tests prove nothing', async () => {
  const { said } = await arrange(() => ({})).outside();
  expect(JSON.parse(said)).toEqual({ planted: 'GOT', read: 'GOT', written: 'GOT' });
});

describe('a server that plants a link where it may write gets no further at its next start', () => {
  test.each<[string, (arena: Arena) => Record<string, unknown>]>([
    ['the directory alone is granted', ({ at }) => ({ files: { write: [at('app')] } })],
    [
      'the place of the link is granted as well, for writing',
      ({ at }) => ({ files: { write: [at('app'), at('app/inner')] } }),
    ],
    [
      'the place of the link is to be its working directory',
      ({ at }) => ({ files: { write: [at('app')] }, cwd: at('app/inner') }),
    ],
  ])('%s', async (_title, entries) => {
    const staged = arrange(entries);
    expect(JSON.parse((await staged.inside()).said)).toEqual(OUT_OF_REACH);
    // The next start is refused, or it reaches as little as the first.
    const { said, exitCode } = await staged.inside();
    if (exitCode === 0) expect(JSON.parse(said)).toEqual(OUT_OF_REACH);
    else expect([said, exitCode]).toEqual(['', 126]);
    untouched(staged);
  });

  test('a link was there, to what the person granted for reading', async () => {
    const staged = arrange(({ at }) => ({ files: { write: [at('app')], read: [at('app/inner')] } }));
    const { at } = staged.arena;
    renameSync(at('app/inner'), at('elsewhere'));
    symlinkSync(at('elsewhere'), at('app/inner'));
    for (const { said } of [await staged.inside(), await staged.inside()])
      expect(said).not.toMatch(/(?:read|written)":"GOT/);
    untouched(staged);
  });
});

test('a server that may write a directory cannot point another server’s grant elsewhere', async () => {
  const staged = arrange(({ at }) => ({ files: { write: [at('app')] } }));
  const { at, home } = staged.arena;
  expect(JSON.parse((await staged.inside()).said)).toEqual(OUT_OF_REACH);

  const reader = staged.arena.attacker('read.mjs');
  const inside = {
    command: 'node',
    args: [reader, at('victim/canary'), CANARY],
    files: { read: [at('app/inner')] },
    unsafe: ['unlocked'],
  };
  const planter = {
    command: 'node',
    args: [staged.script, ...staged.args],
    files: { write: [at('app')] },
    unsafe: ['unlocked'],
  };
  home.write(
    'config/policy.yaml',
    JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { inside, planter } }),
  );
  const { said } = await staged.inside();
  expect(said).not.toBe('GOT');
});

/** Starts of both tests together, while something is swapped; `npm run soak` makes more. */
const TRIES = Number(process.env.SWAPS ?? 80);

// What is looked at and what is mounted must be the same thing, at whatever moment a running server puts a link in its
// place: in that of the granted directory, or of one on the way to it.
test.each([
  ['the granted directory', 'app/inner', 'victim'],
  ['a directory on the way to the granted one', 'app/inner/deep', 'victim/deep'],
])(
  'a server that swaps %s while another is started does not choose what that one sees',
  async (_t, path, seen) => {
    const staged = arrange(() => ({}));
    const { at, home } = staged.arena;
    for (const name of ['app/inner/deep', 'victim/deep']) staged.arena.make(name, 'owned');
    staged.arena.plant('victim/deep/canary');
    const { attacker } = staged.arena;
    // What it would see is mounted where it was granted, or, by a path that was a link, where that leads to.
    const wanted = [at(`${path}/canary`), at(`${seen}/canary`)].map((name) => [attacker('read.mjs'), name, CANARY]);
    const files = { read: [at(path)] };
    const [granted, led] = wanted.map((args) => ({ command: 'node', args, files, unsafe: ['unlocked'] }));
    const swapper = { command: 'true', files: { write: [at('app')] } };
    home.write(
      'config/policy.yaml',
      JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { granted, led, swapper } }),
    );

    const swapping = spawn(process.execPath, [attacker('swap-link.mjs'), at('app/inner'), at('victim')], {
      ...serverAccount,
      stdio: 'ignore',
    });
    try {
      const said: string[] = [];
      for (let start = 0; start < TRIES / 4; start += 1)
        for (const id of ['granted', 'led']) said.push(String((await msr(home, ['run', id])).stdout));
      expect(said).not.toContain('GOT');
      expect(swapping.exitCode).toBeNull(); // it swapped all the while
    } finally {
      swapping.kill('SIGKILL');
    }
  },
  TRIES * 2_000,
); // beside a process that takes a whole core

describe('nothing is created outside by a mount', () => {
  test.each([
    ['the home', 'home'],
    ['a link through the root that bubblewrap leaves behind', '/oldroot'],
    ['a link by way of its parents', '../../../../../../oldroot'],
  ])('when a server made a link to %s of everything in what it may write', async (_title, to) => {
    const staged = arrange(({ at }) => ({ files: { write: [at('app')] } }));
    const { at } = staged.arena;
    const target = to.includes('oldroot') ? `${to}${at('victim')}` : at('victim');
    for (const name of ['home', 'tmp', 'dev', 'proc', 'work', 'etc']) {
      mkdirSync(dirname(at(`app/${name}`)), { recursive: true });
      symlinkSync(target, at(`app/${name}`));
    }
    const { exitCode, stderr } = await staged.inside();
    expect(exitCode, stderr).toBe(0);
    untouched(staged);
    expect(existsSync(at('app/inner'))).toBe(true);
  });
});
