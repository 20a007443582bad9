import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isRoot } from '../kit/account.ts';
import type { Arena } from '../kit/arena.ts';
import { describeAttacks, stage, type Attack, type Case, type Staged } from '../kit/attack.ts';

// No ordinary account may write these places on the machine itself. So the attack is shown to succeed in a sandbox that
// is made by hand: there the root and /dev belong to the server.
const inBareSandbox = (staged: Staged) => staged.inBareSandbox([]);

// Who is root in its own user namespace may change the settings of its own namespaces.
const asRootOfItsOwn = (staged: Staged) =>
  staged.inBareSandbox(['--unshare-ipc', '--uid', '0', '--gid', '0', '--cap-add', 'ALL']);

const inside = (...paths: readonly string[]): string[] =>
  [...paths, process.execPath].flatMap((path) => ['--ro-bind-try', path, path]);

const creating = (path: string) => (): Attack => ({ script: 'create.mjs', args: [path] });
const rewriting = (path: string) => (): Attack => ({ script: 'rewrite.mjs', args: [path] });

describeAttacks([
  { title: 'writes to the root', arrange: creating('/new'), succeeds: inBareSandbox, by: /^EROFS$/ },
  { title: 'writes to /dev', arrange: creating('/dev/new'), succeeds: inBareSandbox, by: /^EROFS$/ },
  {
    title: 'writes to /usr',
    arrange: creating('/usr/new'),
    succeeds: (staged) => staged.inBareSandbox(['--tmpfs', '/usr', ...inside('/usr/bin', '/usr/lib', '/usr/lib64')]),
    by: /^EROFS$/,
  },
  {
    title: 'writes to /etc',
    arrange: creating('/etc/new'),
    succeeds: (staged) => staged.inBareSandbox(['--dir', '/etc']),
    by: /^EROFS$/,
  },
  {
    title: 'replaces the accounts that it sees',
    arrange: rewriting('/etc/passwd'),
    succeeds: (staged) => staged.inBareSandbox(['--dir', '/etc', '--file', '0', '/etc/passwd'], { stdin: 'ignore' }),
    by: /^EROFS$/,
  },
  {
    title: 'changes a setting of its own namespaces',
    arrange: rewriting('/proc/sys/user/max_user_namespaces'),
    succeeds: asRootOfItsOwn,
    by: /^EROFS$/,
  },
  {
    title: 'changes how much shared memory it may have',
    arrange: rewriting('/proc/sys/kernel/shmmni'),
    succeeds: asRootOfItsOwn,
    by: /^EROFS$/,
  },
]);

// What only the machine's root can do is shown by root alone; an ordinary account is refused by the kernel, wherever it
// stands, and nothing would be seen of the sandbox.
const ROOTS_ATTACKS: readonly Case[] = [
  {
    title: 'writes into the programs of the system',
    arrange: creating('/usr/bin/new-program'),
    succeeds: (staged) => staged.plainly(),
    by: /^EROFS$/,
  },
  {
    title: 'changes which program the kernel runs at a crash',
    arrange: rewriting('/proc/sys/kernel/core_pattern'),
    succeeds: (staged) => staged.plainly(),
    by: /^EROFS$/,
  },
  {
    title: 'moves the interrupts of the machine',
    arrange: rewriting('/proc/irq/default_smp_affinity'),
    succeeds: (staged) => staged.plainly(),
    by: /^(?:EROFS|EACCES)$/,
  },
  {
    title: 'asks for a key of the console',
    arrange: (): Attack => ({ script: 'open.mjs', args: ['/proc/sysrq-trigger'] }),
    succeeds: (staged) => staged.plainly(),
    by: /^(?:EROFS|EACCES)$/,
  },
  {
    title: 'makes a device',
    arrange: (arena: Arena): Attack => {
      const directory = arena.make('write', 'owned');
      const granted = { files: { write: [directory] } };
      return { script: 'run.mjs', args: ['/bin/mknod', `${directory}/null`, 'c', '1', '3'], granted };
    },
    succeeds: (staged) => staged.plainly(),
    by: /Operation not permitted$/,
  },
];
const hasConsoleKeys = existsSync('/proc/sysrq-trigger'); // not on every kernel
describeAttacks(
  ROOTS_ATTACKS.filter(({ title }) => isRoot && (hasConsoleKeys || title !== 'asks for a key of the console')),
);

test.each([
  ['under /proc/sys', '/proc/sys'],
  ['on the root', '/'],
  ['on /dev', '/dev'],
  ['on the programs of the system', '/usr/bin'],
  ['on /etc/passwd', '/etc/passwd'],
])('nothing can be written %s, whoever the kernel takes the server for', async (_place, path) => {
  const { said } = await stage(() => ({ script: 'read.mjs', args: ['/proc/self/mountinfo', ` ${path} ro,`] })).inside();
  expect(said).toBe('GOT');
});
