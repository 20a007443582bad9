import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Arena } from '../kit/arena.ts';
import { expectGot, expectHeld, stage, type Attack } from '../kit/attack.ts';

const filling =
  (mebibytes: number, where: (arena: Arena) => string, granted = {}) =>
  (arena: Arena): Attack => ({ script: 'fill.mjs', args: [where(arena), String(mebibytes)], granted });

describe('a server that fills what it may write', () => {
  test('fills a disk without the sandbox, or this test proves nothing', async () => {
    expectGot(await stage(filling(300, (arena) => arena.make('write', 'owned'))).outside());
  });

  test.each([
    ['/tmp', 256],
    ['/home/sandbox', 64],
    ['/home/sandbox/work', 64],
    ['/dev/shm', 64],
  ])('is stopped in %s after %i MiB', async (path, mebibytes) => {
    // A few pages of each go to directories.
    const by = new RegExp(`^ENOSPC after (?:${mebibytes}|${mebibytes - 1}) MiB$`);
    expectHeld(await stage(filling(mebibytes + 40, () => path)).inside(), by);
  });
});

const remembering = (): Attack => {
  const name = `mcp-secure-run-memory-${randomUUID()}`;
  for (const directory of [tmpdir(), '/tmp', '/dev/shm', '/var/tmp'])
    onTestFinished(() => rmSync(`${directory}/${name}`, { force: true }));
  return { script: 'remember.mjs', args: [name] };
};

describe('a server that leaves something for its next start', () => {
  test('finds it without the sandbox, or this test proves nothing', async () => {
    const staged = stage(remembering);
    const first = await staged.outside();
    expect(first.said).toMatch(/^left in [4-6] places$/);
    expectGot(await staged.outside());
  });

  test('finds nothing of it inside', async () => {
    const staged = stage(remembering);
    const by = /^left in 5 places$/; // HOME, TMPDIR, /tmp, /dev/shm and its own directory
    expectHeld(await staged.inside(), by);
    expectHeld(await staged.inside(), by);
  });

  test('finds nothing that another server left at the same moment', async () => {
    const staged = stage(remembering);
    const reports = await Promise.all([staged.inside(), staged.inside(), staged.inside()]);
    for (const report of reports) expectHeld(report, /^left in 5 places$/);
  });
});
