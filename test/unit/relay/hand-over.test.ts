import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { Descriptor, Spawn } from '../../../src/confine/spawn.ts';
import { handOver } from '../../../src/relay/hand-over.ts';
import { serverAccount } from '../../kit/account.ts';
import { REPOSITORY } from '../../kit/command.ts';

// What is handed over, by who takes it: the native helper, with a shell in bubblewrap's place.
const HELPER = `${REPOSITORY}/dist/helper-${process.arch}`;
const BUILT = `${REPOSITORY}/dist`;

const READY = 'echo >&3; read -r _ <&3;';

function spawnOf(script: string, descriptors: readonly Descriptor[], more: Partial<Spawn> = {}): Spawn {
  return {
    ...{ file: '/bin/sh', args: ['-c', script], env: {}, cwd: '/', account: undefined, waits: true, masks: [] },
    descriptors: [{ kind: 'handshake' }, ...descriptors],
    ...more,
  };
}

async function tend(handed: string | undefined, input = '', by: readonly string[] = []) {
  const env = { MCP_SECURE_RUN_TEND: handed ?? '', KEPT: 'of the client' };
  const words = [...by, HELPER, 'tend', '/bin/sh', '-c', 'echo again $MCP_SECURE_RUN_STAY $KEPT; cat'];
  const child = spawn(words[0] ?? '', words.slice(1), { env });
  child.stdin.on('error', () => {}); // one that has ended reads nothing
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: Number(code), stdout, stderr };
}

const TOLD = { server: 'one', grace: 1000, isLocked: false, isQuiet: false, words: 'hello\n' };
const STAYED = { code: 0, stdout: 'again 1 of the client\ninput', stderr: '' };

function place(): { directory: string; held: Extract<Descriptor, { kind: 'held' }> } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'msr-hand-')));
  onTestFinished(() => {
    for (const one of [directory, `${directory}.old`]) rmSync(one, { recursive: true, force: true });
  });
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'file'), 'content', { mode: 0o644 });
  const { dev, ino } = statSync(join(directory, 'file'));
  return { directory, held: { kind: 'held', path: join(directory, 'file'), device: dev, inode: ino } };
}

test('each descriptor is there, under its number, and nothing else is', async () => {
  const { held } = place();
  const values = 'a\x01\x02b\0\x01\x01\0ü\n\0';
  const spawned = spawnOf(
    `${READY} cat /proc/self/fd/4 <&4 >/dev/null; cat /proc/self/fd/5; cat <&6; echo; ls /proc/self/fd; env; pwd; cat`,
    [
      { kind: 'text', text: 'constant' },
      held,
      { kind: 'options', text: values },
      { kind: 'own', path: '/not/there' },
      { kind: 'filter', nestedNamespaces: false },
    ],
  );
  const { code, stdout, stderr } = await tend(handOver(spawned, BUILT, TOLD), 'input');
  const [shown, rest] = stdout.split('\0\n');
  expect(shown).toBe(`content${values.slice(0, -1)}`);
  expect(rest).toBe(`${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].join('\n')}\nPWD=/\n/\ninput`);
  expect([code, stderr]).toEqual([0, 'hello\n']);
});

test('the account is another’s before anything else runs', async () => {
  const { uid, gid } = serverAccount;
  const account = uid === undefined || gid === undefined ? undefined : { uid, gid };
  const spawned = spawnOf(`${READY} id -u; id -g; id -G`, [], { account });
  // Some root has groups beside its own, and none of them may be left.
  const more = account ? ['/usr/bin/setpriv', '--groups=0,1'] : [];
  const { stdout } = await tend(handOver(spawned, BUILT, TOLD), '', more);
  const [user, group, ...groups] = stdout.trim().split(/\s/).map(Number);
  expect([user, group]).toEqual([uid ?? process.getuid?.(), gid ?? process.getgid?.()]);
  if (account) expect(groups).toEqual([gid]);
});

test('the server’s code is the helper’s, with its last words', async () => {
  const { code, stderr } = await tend(handOver(spawnOf(`${READY} exit 7`, []), BUILT, TOLD));
  expect(code).toBe(7);
  expect(stderr).toBe('hello\nmcp-secure-run: server `one` exited with 7; exit code 7 is the server’s\n');
});

test.each<[title: string, spoil: (path: string) => void]>([
  [
    'another file stands in its place',
    (path) => (rmSync(path), writeFileSync(`${path}.new`, ''), writeFileSync(path, '')),
  ],
  ['it is gone', (path) => rmSync(path)],
  ['a link to it stands in its place', (path) => (renameSync(path, `${path}.old`), symlinkSync(`${path}.old`, path))],
  [
    'a link to where it is now stands above it',
    (path) => (renameSync(dirname(path), `${dirname(path)}.old`), symlinkSync(`${dirname(path)}.old`, dirname(path))),
  ],
])('a place that is not what was seen sends the launcher back, with its input unread: %s', async (_title, spoil) => {
  const { held } = place();
  const handed = handOver(spawnOf(`${READY} cat`, [held]), BUILT, TOLD);
  spoil(held.path);
  expect(await tend(handed, 'input')).toEqual(STAYED);
});

test('what ends before it is ready sends it back', async () => {
  expect(await tend(handOver(spawnOf('exit 3', []), BUILT, TOLD), 'input')).toEqual(STAYED);
});

test('so does a package that nobody says is as it was kept', async () => {
  const told = { ...TOLD, isLocked: true };
  expect(await tend(handOver(spawnOf(`${READY} cat`, []), BUILT, told), 'input')).toEqual(STAYED);
  const kept = spawnOf('printf = >&3; read -r _ <&3; cat', []);
  expect(await tend(handOver(kept, BUILT, told), 'input')).toEqual({ code: 0, stdout: 'input', stderr: 'hello\n' });
});

test('what cannot be opened is not handed over', () => {
  const { held } = place();
  expect(handOver(spawnOf('', [{ ...held, inode: held.inode + 1 }]), BUILT, TOLD)).toBeUndefined();
});
