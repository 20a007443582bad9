import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { launcherMark } from '../../src/host/launcher-mark.ts';
import { isRoot } from '../kit/account.ts';
import { CANARY, makeArena, type Arena } from '../kit/arena.ts';
import { msr } from '../kit/command.ts';
import { containersOf, makeImage, podman, removeImage, type TestImage } from '../kit/podman.ts';
import { startSession } from '../kit/session.ts';

let image: TestImage | string = 'not made';
beforeAll(() => {
  image = makeImage();
}, 120_000);
afterAll(() => {
  if (typeof image !== 'string') removeImage(image);
}, 60_000);

/** Loudly passed over where podman cannot run anything: what is held then is the command line alone. */
function reference(context: TestContext): string {
  if (typeof image === 'string') return context.skip(image);
  return image.reference;
}

/** Writes a policy with one server that is the image, which runs this script. */
function serve(arena: Arena, context: TestContext, script: string, entry: object = {}, id = 'crm'): void {
  const server = { command: `oci:${reference(context)}`, args: ['/bin/sh', '-c', script], ...entry };
  writeFileSync(arena.home.policy, JSON.stringify({ version: 1, servers: { [id]: server } }));
}

const run = async (arena: Arena, env: Record<string, string> = {}) =>
  msr(arena.home, ['run', 'crm'], { env, timeout: 60_000 });

const recordsIn = ({ home }: Arena): string[] => {
  const directory = `${home.directory}/state/containers/podman`;
  return existsSync(directory) ? readdirSync(directory) : [];
};

const IS_GONE = { timeout: 25_000, interval: 200 };

describe('a server in a container', () => {
  test('gets at nothing that the same shell gets at outside', { timeout: 90_000 }, async (context) => {
    const arena = makeArena();
    const shell = spawnSync('/bin/busybox', ['true']).error ? '/usr/bin/busybox' : '/bin/busybox';
    const script = [
      `busybox grep -q "${CANARY}" ${arena.canary} && echo file`,
      `busybox env | busybox grep -q CLIENT_CANARY && echo variable`,
      '[ $(busybox grep -c : /proc/net/dev) -gt 1 ] && echo interface',
      `busybox ls /proc/${process.pid} >/dev/null && echo process`,
      'echo tried',
    ].join('\n');
    const outside = spawnSync(shell, ['sh', '-c', script], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', CLIENT_CANARY: 'x' },
    });
    expect(outside.stdout.trim().split('\n')).toEqual(['file', 'variable', 'interface', 'process', 'tried']);

    serve(arena, context, script);
    const { stdout, exitCode, stderr } = await run(arena, { CLIENT_CANARY: 'x' });
    expect(String(stdout), String(stderr)).toBe('tried');
    expect(exitCode).toBe(0);
    expect(containersOf('crm')).toEqual([]);
    expect(recordsIn(arena)).toEqual([]);
  });

  test('has no rights, and a filter', { timeout: 60_000 }, async (context) => {
    const arena = makeArena();
    serve(
      arena,
      context,
      "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; id -un; touch /tmp/a ~/b && ls /tmp ~; touch /open/left || echo no",
    );
    const { stdout } = await run(arena);
    const none = '0000000000000000';
    expect(String(stdout).replaceAll('\t', ' ').split('\n')).toEqual([
      ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}: ${none}`),
      ...['NoNewPrivs: 1', 'Seccomp: 2', 'sandbox', '/home/sandbox:', 'b', '', '/tmp:', 'a', 'no'],
    ]);
  });

  test('sees and keeps what is granted, by its mode', { timeout: 90_000 }, async (context) => {
    const arena = makeArena();
    const [read, write] = [arena.make('read'), arena.make('write', 'owned')];
    arena.plant('read/text', 'to read');
    const script = `cat ${read}/text; echo x >> ${write}/out; echo x >> ~/data/kept; echo x > ${read}/text || cat ~/data/kept`;
    serve(arena, context, script, { files: { read: [read], write: [write] }, state: ['data'], cwd: read });
    expect(String((await run(arena)).stdout)).toBe('to readx');
    expect(String((await run(arena)).stdout)).toBe('to readx\nx');
    expect(readFileSync(`${write}/out`, 'utf8')).toBe('x\nx\n');
    expect(readFileSync(`${read}/text`, 'utf8')).toBe('to read');
  });

  test(
    'gets a secret that the policy lets the engine keep, and no command line has it',
    { timeout: 60_000 },
    async (context) => {
      const arena = makeArena();
      const value = 'a secret of twenty letters';
      const entry = { secrets: { TOKEN: 'env:HELD' }, unsafe: ['docker-socket'] };
      serve(arena, context, 'read -r _; [ "$TOKEN" = "a secret of twenty letters" ] && echo had', {
        ...entry,
        args: ['/bin/sh', '-c', 'read -r _; env | grep -c "^TOKEN=a secret"; read -r _'],
      });
      const session = startSession(arena.home, ['run', 'crm'], { HELD: value });
      session.send({});
      await expect.poll(() => session.stdout, IS_GONE).toBe('1\n');
      const lines = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(commandLineOf);
      expect(lines.some((line) => line.includes('--env=TOKEN'))).toBe(true);
      expect(lines.filter((line) => line.includes(value))).toEqual([]);
      session.child.stdin.end();
      await session.ended;
    },
  );
});

test('uses up no more than it may, which the same shell does outside', { timeout: 90_000 }, async (context) => {
  const arena = makeArena();
  const shell = existsSync('/bin/busybox') ? '/bin/busybox' : '/usr/bin/busybox';
  const dd = 'busybox dd if=/dev/zero 2>/dev/null';
  const steps = [
    `${dd} of=$TMPDIR/large bs=1M count=8 && echo space`,
    `${dd} of=$WRITE/file bs=1M count=4 && echo file`,
    // Without root an engine has no say in memory but where the machine hands it on.
    ...(isRoot ? [`${dd} of=/dev/null bs=192M count=1 && echo memory`] : []),
    '(for one in 1 2 3 4 5 6 7 8 9 10 11 12; do busybox sleep 2 & done; echo processes) 2>/dev/null',
    'echo tried',
  ];
  const write = arena.make('write', 'owned');
  const given = { TMPDIR: arena.make('tmp', 'owned'), WRITE: write };
  const outside = spawnSync(shell, ['sh', '-c', steps.join('\n')], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...given },
  });
  const all = ['space', 'file', ...(isRoot ? ['memory'] : []), 'processes', 'tried'];
  expect(outside.stdout.trim().split('\n')).toEqual(all);

  rmSync(`${write}/file`);
  serve(arena, context, `TMPDIR=/tmp; ${steps.join('\n')}`, {
    env: { WRITE: write },
    files: { write: [write] },
    limits: { ...(isRoot && { memory: '64MiB' }), processes: 8, tmp: '4MiB', fileSize: '2MiB' },
  });
  const { stdout, stderr } = await run(arena);
  expect(String(stdout), String(stderr)).toBe('tried');
  expect(statSync(`${write}/file`).size).toBeLessThanOrEqual(2 * 1024 * 1024);
});

describe('nothing outlives us', () => {
  const STUBBORN = "trap '' TERM; echo up; while :; do sleep 1; done";

  test('however long the server would go on', { timeout: 60_000 }, async (context) => {
    const arena = makeArena();
    serve(arena, context, STUBBORN, {}, 'stubborn');
    const { stdout, exitCode } = await msr(arena.home, ['run', 'stubborn'], { timeout: 60_000 });
    expect([String(stdout), exitCode]).toEqual(['up', 137]);
    expect(containersOf('stubborn')).toEqual([]);
    expect(recordsIn(arena)).toEqual([]);
  });

  test('when the launcher is killed', { timeout: 60_000 }, async (context) => {
    const arena = makeArena();
    serve(arena, context, STUBBORN, {}, 'orphan');
    const session = startSession(arena.home, ['run', 'orphan']);
    await expect.poll(() => session.stdout, IS_GONE).toBe('up\n');
    expect(containersOf('orphan')).toHaveLength(1);
    session.child.kill('SIGKILL');
    await expect.poll(() => containersOf('orphan'), IS_GONE).toEqual([]);
  });

  test(
    'and what was left by a launcher and its keeper, the next start removes',
    { timeout: 90_000 },
    async (context) => {
      const arena = makeArena();
      const name = 'mcp-secure-run-0123456789abcdef';
      const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024', '--network=none'];
      const left = ['--label=mcp-secure-run.server=left', `--name=${name}`, reference(context)];
      podman('run', '--detach', '--rm', ...limits, ...left, '/bin/sh', '-c', STUBBORN);
      context.onTestFinished(() => void podman('rm', '--force', '--ignore', '--time=0', name));
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
      arena.home.write(`state/containers/podman/${name}/launcher`, `1-0-0-${boot.replace(/^./, 'x')}`);
      arena.home.write(`state/containers/podman/${name}/containers.conf`, '');
      arena.home.write('state/containers/podman/another/launcher', '1-0-0-gone');
      const running = 'mcp-secure-run-fedcba9876543210';
      arena.home.write(`state/containers/podman/${running}/launcher`, launcherMark());
      serve(arena, context, 'read -r _');
      const session = startSession(arena.home, ['run', 'crm']);
      await expect.poll(() => containersOf('left'), IS_GONE).toEqual([]);
      session.child.stdin.end();
      await session.ended;
      expect(recordsIn(arena).toSorted()).toEqual(['another', running]);
    },
  );
});

test('an image that is not there is a refusal, with the line that gets it', { timeout: 60_000 }, async (context) => {
  const arena = makeArena();
  const missing = reference(context).replace(/[0-9a-f]{64}$/, '0'.repeat(64));
  serve(arena, context, '', { command: `oci:${missing}`, args: [] });
  const { exitCode, stderr } = await run(arena);
  expect(exitCode).toBe(127);
  expect(String(stderr)).toMatch(/error\[program-missing\][^]*podman pull localhost\//);
  expect(recordsIn(arena)).toEqual([]);
});

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}
