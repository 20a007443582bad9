import { describe, expect, test } from 'vitest';
import { expectGot, expectHeld, stage, type Attack } from '../kit/attack.ts';
import { fixtureServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome } from '../kit/home.ts';
import { processesWith } from '../kit/processes.js';
import { startLimited, startSession } from '../kit/session.ts';

/** What exhausts one thing, with these limits. */
const exhausting = (words: string, limits: Record<string, unknown>) => (): Attack => ({
  script: 'exhaust.py',
  args: words.split(' '),
  granted: { limits },
});

describe('a server that is refused more than it may have', () => {
  test.each<[what: string, words: string, limits: Record<string, unknown>, by: RegExp]>([
    ['processes', 'processes 200', { processes: 50 }, /^EAGAIN after 4[5-9]$/],
    ['threads', 'threads 200', { processes: 50 }, /^RuntimeError after 4[5-9]$/],
    ['open files', 'descriptors 1000', { openFiles: 100 }, /^EMFILE after 9\d$/],
    ['a giant file', 'file 100 /tmp/giant', { fileSize: '10MiB' }, /^EFBIG after 10$/],
    ['the room in /tmp', 'file 100 /tmp/filler', { tmp: '10MiB' }, /^ENOSPC after (?:9|10)$/],
    ['the room in /dev/shm', 'file 60 /dev/shm/filler', { tmp: '10MiB' }, /^ENOSPC after (?:9|10)$/],
    ['the room in its home', 'file 60 /home/sandbox/filler', { tmp: '10MiB' }, /^ENOSPC after (?:9|10)$/],
    ['memory at one stroke, far beyond its limit', 'heap_at_once 9000', { memory: '256MiB' }, /^ENOMEM after 0$/],
  ])('%s', async (_what, words, limits, by) => {
    expectGot(await stage(exhausting(words, {})).inside());
    expectHeld(await stage(exhausting(words, limits)).inside(), by);
  });
});

describe('a server that is ended for what it used', () => {
  const MEMORY = { memory: '256MiB' };
  test.each<[what: string, words: string, limits: Record<string, unknown>, said: RegExp]>([
    ['a heap that grows', 'heap 512', MEMORY, /used \d+(?:\.\d+)?MiB of memory, .* `limits.memory` is 256MiB/],
    ['many small heaps', 'heap_of_children 512', MEMORY, /of memory/],
    ['shared mappings, which no limit of a process counts', 'shared 512', MEMORY, /of memory/],
    ['memory without a name that nobody maps', 'nameless 512', MEMORY, /of memory/],
    ['files in memory', 'files 224 /tmp/filler', { memory: '128MiB' }, /of memory/],
    ['processor time', 'spin 2', { cpu: '1s' }, /used more than 1s of processor time/],
    ['a giant file, by its signal', 'signalled_file 100 /tmp/giant', { fileSize: '10MiB' }, /wrote more than 10MiB/],
  ])('%s', async (_what, words, limits, said) => {
    expectGot(await stage(exhausting(words, {})).inside());
    const { said: words_, stderr, exitCode } = await stage(exhausting(words, limits)).inside();
    expect(stderr).toContain('started');
    expect(words_).toBe('');
    expect(stderr).toMatch(said);
    expect(stderr.trimEnd()).toMatch(/; exit code 124 is mcp-secure-run’s$/);
    expect(exitCode).toBe(124);
  });

  test('one that does not listen to the signal ends a second later, and nothing tells that from a kill', async () => {
    expectGot(await stage(exhausting('stubborn_spin 3', {})).inside());
    const { said, exitCode } = await stage(exhausting('stubborn_spin 3', { cpu: '1s' })).inside();
    expect([said, exitCode]).toEqual(['', 137]);
  });
});

test('no server leaves a core file behind: it would hold what the server knew', async () => {
  const staged = stage(exhausting('core 1', {}));
  const inside = startLimited('-S -c "$(ulimit -H -c)"', staged.arena.home, ['run', 'inside']);
  await inside.ended;
  expect(inside.stdout).toBe('EPERM after 0\n');
});

const startBomb = (limits: Record<string, unknown>) => {
  const { arena, script } = stage(exhausting('bomb 60', limits));
  const session = startSession(arena.home, ['run', 'inside']);
  return { session, count: (): number => processesWith(script).length };
};

describe('a fork bomb', () => {
  test('has hundreds of processes where it may, or this test proves nothing', async () => {
    const { session, count } = startBomb({});
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(220);
    session.child.kill('SIGKILL');
    await expect.poll(count, { timeout: 10_000 }).toBe(0);
  });

  test('has as many as it may, while another server answers; then nothing of it is left', async () => {
    const { session, count } = startBomb({ processes: 200 });
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(150);

    const other = startSession(makeHome(policyOf(fixtureServer('other', 'echo.mjs'))), ['run', 'other']);
    other.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await expect.poll(() => other.stdout, { timeout: 10_000 }).toContain('"id":1');

    expect(count()).toBeLessThanOrEqual(202); // with bubblewrap, which is outside
    session.child.kill('SIGKILL');
    await expect.poll(count, { timeout: 10_000 }).toBe(0);
  });
});
