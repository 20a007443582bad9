import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownHome } from '../kit/account.ts';
import { CANARY, giveToServers, type Arena } from '../kit/arena.ts';
import { describeAttacks, expectGot, expectHeld, stage, type Attack } from '../kit/attack.ts';

const reading = (path: string, more: Partial<Attack> = {}): Attack => ({
  script: 'read.mjs',
  args: [path, CANARY],
  ...more,
});

/** A canary in the home that the passwd entry names: the keys of a person lie there. */
function plantAtHome(): string {
  const path = join(ownHome, `.mcp-secure-run-canary-${randomUUID()}`);
  onTestFinished(() => rmSync(path, { force: true }));
  writeFileSync(path, CANARY, { flag: 'wx', mode: 0o644 });
  return path;
}

describeAttacks([
  {
    title: 'reads a file in the home of the account',
    arrange: () => reading(plantAtHome()),
    // Root's home is closed to the account that the launcher changes to, with a sandbox or without.
    succeeds: (staged) => staged.plainly(),
    by: /^ENOENT$/,
  },
  {
    title: 'reads a file that everyone may read',
    arrange: ({ canary }) => reading(canary),
    by: /^ENOENT$/,
  },
  {
    title: 'reads it by way of /proc/self/root',
    arrange: ({ canary }) => reading(`/proc/self/root${canary}`),
    by: /^ENOENT$/,
  },
  {
    title: 'reads it by way of /proc/self/cwd, up to the root',
    arrange: ({ canary }) => reading(`/proc/self/cwd/${'../'.repeat(20)}${canary}`),
    succeeds: (staged) => staged.plainly(),
    by: /^ENOENT$/,
  },
  {
    title: 'reads the policy that it runs by',
    arrange: ({ home }) => ({ script: 'read.mjs', args: [home.policy, 'servers'] }),
    // The policy is for the account of the launcher alone, which for root is another than the server's.
    succeeds: (staged) => staged.plainly(),
    by: /^ENOENT$/,
  },
  {
    title: 'reads who has an account on the machine',
    arrange: () => ({ script: 'read.mjs', args: ['/etc/passwd', 'root:'] }),
    by: /^another text$/,
  },
  {
    title: 'reads which groups there are on the machine',
    arrange: () => ({ script: 'read.mjs', args: ['/etc/group', 'root:'] }),
    by: /^ENOENT$/,
  },
  {
    title: 'reads what the kernel says about the hardware',
    arrange: () => ({ script: 'read.mjs', args: ['/sys/class/net/lo/address', '00:00'] }),
    by: /^ENOENT$/,
  },
  {
    title: 'reads a neighbour of the directory that it was granted, whose name begins the same',
    arrange: (arena) => reading(arena.plant('app-evil/file'), { granted: { files: { read: [arena.make('app')] } } }),
    by: /^ENOENT$/,
  },
  {
    title: 'reads what a link in a granted directory leads to',
    arrange: (arena) => {
      const granted = arena.make('app');
      symlinkSync(arena.canary, join(granted, 'link'));
      return reading(join(granted, 'link'), { granted: { files: { read: [granted] } } });
    },
    by: /^ENOENT$/,
  },
  {
    title: 'reads the parent of a granted directory',
    arrange: (arena) => {
      const granted = arena.make('app/inner');
      arena.plant('app/canary');
      return reading(`${granted}/../canary`, { granted: { files: { read: [granted] } } });
    },
    by: /^ENOENT$/,
  },
  {
    title: 'makes a file that it may only read writable, by a hard link in a directory that it may write',
    arrange: (arena) => {
      const from = giveToServers(arena.plant('read/kept'));
      const to = join(arena.make('write', 'owned'), 'link');
      const files = { read: [arena.make('read', 'owned')], write: [arena.at('write')] };
      return { script: 'link.mjs', args: [from, to], granted: { files } };
    },
    by: /^EXDEV$/,
  },
]);

const changing = (arena: Arena): Attack => {
  const directory = arena.make('app', 'owned');
  giveToServers(arena.plant('app/kept'));
  return { script: 'change.mjs', args: [directory], granted: { files: { read: [directory] } } };
};

describe('a server that changes what it may only read', () => {
  test('succeeds in every way without the sandbox, or this test proves nothing', async () => {
    const { said } = await stage(changing).outside();
    expect(new Set(Object.values(JSON.parse(said)))).toEqual(new Set(['GOT']));
  });

  test('fails in every way inside', async () => {
    const staged = stage(changing);
    const { said } = await staged.inside();
    expect(new Set(Object.values(JSON.parse(said)))).toEqual(new Set(['EROFS']));
    expect(readFileSync(staged.arena.at('app/kept'), 'utf8')).toBe(CANARY);
  });

  test('succeeds inside where the grant is for writing, so that it is the grant that decides', async () => {
    const { said } = await stage((arena) => {
      const attack = changing(arena);
      return { ...attack, granted: { files: { write: attack.args } } };
    }).inside();
    expect(new Set(Object.values(JSON.parse(said)))).toEqual(new Set(['GOT']));
  });
});

const ofDirectory =
  (wanted: string, granted: string) =>
  (arena: Arena): Attack => {
    arena.plant('app/one');
    arena.plant('app/other');
    linkSync(arena.at('app/one'), arena.at('other-name'));
    return reading(arena.at(wanted), { granted: { files: { read: [arena.at(granted)] } } });
  };

describe('what is granted is there', () => {
  test('a directory, by its path', async () => {
    expectGot(
      await stage((arena) =>
        reading(arena.plant('app/file'), { granted: { files: { read: [arena.at('app')] } } }),
      ).inside(),
    );
  });

  test('a directory, by a path that has a link in it', async () => {
    const { said } = await stage((arena) => {
      arena.plant('real/file');
      symlinkSync(arena.at('real'), arena.at('link'));
      return reading(join(arena.at('link'), 'file'), { granted: { files: { read: [arena.at('link')] } } });
    }).inside();
    expect(said).toBe('GOT');
  });

  test('a file alone, and not the one beside it', async () => {
    expectGot(await stage(ofDirectory('app/one', 'app/one')).inside());
    expectGot(await stage(ofDirectory('app/other', 'app/one')).outside());
    expectHeld(await stage(ofDirectory('app/other', 'app/one')).inside(), /^ENOENT$/);
  });

  test('a file that has another name elsewhere, and still only under the granted one', async () => {
    expectGot(await stage(ofDirectory('app/one', 'app')).inside());
    expectGot(await stage(ofDirectory('other-name', 'app')).outside());
    expectHeld(await stage(ofDirectory('other-name', 'app')).inside(), /^ENOENT$/);
  });
});

const readingFrom = (path: string) => (arena: Arena) => reading(path, { cwd: arena.directory });

describe('the directory of the client', () => {
  // Without a sandbox, too, the launcher starts a server elsewhere; so it is compared with a start without a launcher.

  test('is where a server stands that nobody wraps, or this test proves nothing', async () => {
    expectGot(await stage(readingFrom('canary')).plainly());
  });

  test('is not where it stands inside', async () => {
    expectHeld(await stage(readingFrom('canary')).inside(), /^ENOENT$/);
  });

  test('is not where it stands without a sandbox', async () => {
    expectHeld(await stage(readingFrom('canary')).outside(), /^ENOENT$/);
  });
});
