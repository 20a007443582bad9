import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CANARY, type Arena } from '../kit/arena.ts';
import { describeAttacks, expectGot, stage, type Attack } from '../kit/attack.ts';

const running =
  (...command: readonly string[]) =>
  (): Attack => ({ script: 'run.mjs', args: command });

/** By the filter for system calls; where it is lifted, by `--disable-userns`, which leaves no namespace to be had. */
const NO_NAMESPACE = /Operation not permitted|EPERM|No permissions to create|No space left on device|ENOSPC/;

/** The id of a segment of this machine's shared memory; gone with the test. */
function makeSharedMemory(): string {
  const [, id = ''] =
    /: (\d+)$/m.exec(execFileSync('ipcmk', ['--shmem', '4096', '--mode', '0666'], { encoding: 'utf8' })) ?? [];
  onTestFinished(() => void execFileSync('ipcrm', ['--shmem-id', id]));
  return id;
}

describeAttacks([
  {
    title: 'makes a user namespace, in which it would be root',
    arrange: running('/usr/bin/unshare', '--user', 'true'),
    by: NO_NAMESPACE,
  },
  {
    title: 'mounts something in namespaces of its own',
    arrange: running(
      '/usr/bin/unshare',
      '--user',
      '--map-root-user',
      '--mount',
      'mount',
      '-t',
      'tmpfs',
      'none',
      '/tmp',
    ),
    by: NO_NAMESPACE,
  },
  {
    title: 'makes a sandbox of its own',
    arrange: running('/usr/bin/bwrap', '--ro-bind', '/', '/', 'true'),
    by: NO_NAMESPACE,
  },
  {
    title: 'learns the name of the machine',
    arrange: () => ({ script: 'know-host-name.mjs', args: [hostname()] }),
    by: /^sandbox$/,
  },
  {
    title: 'finds shared memory of other programs',
    arrange: () => ({ script: 'find-shared-memory.mjs', args: [makeSharedMemory()] }),
    by: /^not among 0$/,
  },
  {
    title: 'reads what other programs share in /dev/shm',
    arrange: () => {
      const path = `/dev/shm/mcp-secure-run-canary-${randomUUID()}`;
      onTestFinished(() => rmSync(path, { force: true }));
      writeFileSync(path, CANARY, { flag: 'wx', mode: 0o644 });
      return { script: 'read.mjs', args: [path, CANARY] };
    },
    by: /^ENOENT$/,
  },
]);

const movingMountPoint = (arena: Arena): Attack => {
  const directory = arena.make('app', 'owned');
  arena.make('app/kept', 'owned');
  return { script: 'move-mount-point.sh', args: [directory], granted: { files: { read: [directory] } } };
};

// A read-only mount inside a writable one can be undone by who makes namespaces: rename(2) refuses to move a mount
// point only within the namespace where it is one. Plans with such a mount are refused (`grant-overlap`); that what is
// read-only stays so rests on the ban on namespaces all the same.
describe('a server that moves a mount point away from under its protection', () => {
  test('succeeds in a sandbox that allows namespaces, or this test proves nothing', async () => {
    const staged = stage(movingMountPoint);
    const [directory, kept] = [staged.arena.at('app'), staged.arena.at('app/kept')];
    expectGot(await staged.inBareSandbox(['--bind', directory, directory, '--ro-bind', kept, kept]));
    expect(readdirSync(directory).toSorted()).toEqual(['kept', 'old']);
  });

  test('fails in that sandbox without namespaces, so that it is they that matter', async () => {
    const staged = stage(movingMountPoint);
    const [directory, kept] = [staged.arena.at('app'), staged.arena.at('app/kept')];
    const { said } = await staged.inBareSandbox([
      '--disable-userns',
      '--bind',
      directory,
      directory,
      '--ro-bind',
      kept,
      kept,
    ]);
    expect(said).toMatch(NO_NAMESPACE);
    expect(readdirSync(directory)).toEqual(['kept']);
  });

  test('is stopped by the sandbox', async () => {
    const staged = stage(movingMountPoint);
    const { said } = await staged.inside();
    expect(said).toMatch(NO_NAMESPACE);
    expect(readdirSync(staged.arena.at('app'))).toEqual(['kept']);
  });
});

describe('`own-sandbox` gives up the ban on namespaces, and that alone', () => {
  const granted = { unsafe: ['unlocked', 'own-sandbox'] };

  test.each([
    ['makes a user namespace', ['/usr/bin/unshare', '--user', 'true']],
    ['makes a sandbox of its own', ['/usr/bin/bwrap', '--ro-bind', '/', '/', 'true']],
  ])('a server that %s succeeds inside', async (_title, args) => {
    expectGot(await stage(() => ({ script: 'run.mjs', args, granted })).inside());
  });

  test('a server that reads a file that it was not granted does not', async () => {
    const { said } = await stage(({ canary }) => ({ script: 'read.mjs', args: [canary, CANARY], granted })).inside();
    expect(said).toBe('ENOENT');
  });

  test('and the launcher says so', async () => {
    const { stderr } = await stage(() => ({ script: 'run.mjs', args: ['true'], granted })).inside();
    expect(stderr).toContain('the ban on nested namespaces (`own-sandbox`)');
  });
});

test('what the tests of namespaces run is on this machine', () => {
  expect(['/usr/bin/unshare', '/usr/bin/bwrap', '/usr/bin/su'].filter((path) => !existsSync(path))).toEqual([]);
});
