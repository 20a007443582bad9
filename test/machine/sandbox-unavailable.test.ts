import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { clientEnv, COMMAND, REPOSITORY } from '../kit/command.ts';
import { hasLandlock } from '../kit/landlock.ts';
import { makeHome, type Home } from '../kit/home.ts';

const MACHINES = `${REPOSITORY}/fixtures/machines`;
const MARKER = 'marker: { command: /bin/echo, args: [started] }';
const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n';

/**
 * Machines on which no sandbox can be built, made out of this one by namespaces, which takes root. As an ordinary user
 * there is one machine: the one where the tests run, and the tests of the sandbox show that it works there.
 */
describe.runIf(process.getuid?.() === 0)('a machine', () => {
  test('where a server starts, so that the others prove something', async () => {
    const { exitCode, stdout } = await run('unshare', ['--mount', process.execPath, COMMAND, 'run', 'marker']);
    expect([exitCode, stdout]).toEqual([0, 'started\n']);
  });

  test.each([
    ['without bubblewrap', 'without-bubblewrap.sh', 'sandbox-missing', /apt-get install bubblewrap/],
    ['with a setuid bubblewrap', 'with-setuid-bubblewrap.sh', 'sandbox-untrusted', /chmod u-s/],
    [
      'that is a container with a masked /proc',
      'container-with-masked-proc.sh',
      'sandbox-unavailable',
      /--security-opt systempaths=unconfined/,
    ],
  ])('%s refuses, says what to type, and starts nothing', async (_title, machine, ident, fix) => {
    const args = ['--mount', 'sh', `${MACHINES}/${machine}`, process.execPath, COMMAND, 'run', 'marker'];
    expectRefused(await run('unshare', args), ident, fix);
  });

  test('without user namespaces refuses, says what to type, starts nothing, and confines by Landlock where the policy says so', async () => {
    const result = await withoutNamespaces(MARKER);
    expectRefused(result, 'sandbox-unavailable', /sysctl -w user.max_user_namespaces/);

    if (!hasLandlock) return;
    const lone = await withoutNamespaces('marker: { command: /bin/echo, args: [started], unsafe: [landlock-only] }');
    expect([lone.exitCode, lone.stdout]).toEqual([0, 'started\n']);
  });
});

async function withoutNamespaces(server: string): Promise<Result> {
  const script = `read -r _; exec sh ${MACHINES}/without-user-namespaces.sh "$@"`;
  const args = ['--user', 'sh', '-c', script, 'sh', process.execPath, COMMAND, 'run', 'marker'];
  return run(
    'unshare',
    args,
    (pid) => {
      // Every account is mapped to itself: whoever is root outside is root inside, and so are the files.
      writeFileSync(`/proc/${pid}/uid_map`, '0 0 100000');
      writeFileSync(`/proc/${pid}/gid_map`, '0 0 100000');
      return '\n';
    },
    server,
  );
}

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  file: string,
  args: readonly string[],
  prepare?: (pid: number) => string,
  server = MARKER,
): Promise<Result> {
  const home: Home = makeHome(`version: 1\nservers:\n  ${server}\n`);
  const child = spawn(file, args, { env: { ...clientEnv(home), PATH: process.env.PATH }, stdio: 'pipe' });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  if (prepare && child.pid !== undefined) {
    await isInOwnUserNamespace(child.pid);
    child.stdin.write(prepare(child.pid));
  }
  child.stdin.end(REQUEST);
  const [exitCode] = await once(child, 'close');
  const [stdout, stderr] = await output;
  return { exitCode: Number(exitCode), stdout, stderr };
}

async function isInOwnUserNamespace(pid: number): Promise<void> {
  const outer = readlinkSync('/proc/self/ns/user');
  while (readlinkSync(`/proc/${pid}/ns/user`) === outer) await new Promise((done) => setTimeout(done, 5));
}

function expectRefused({ exitCode, stdout, stderr }: Result, ident: string, fix: RegExp): void {
  expect(stderr).toContain(`error[${ident}]`);
  expect(stderr).toMatch(fix);
  expect(exitCode).toBe(125);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ id: 1, error: { code: 125, data: { source: 'mcp-secure-run', ident } } });
  expect(answer.error.message).toMatch(fix);
}
