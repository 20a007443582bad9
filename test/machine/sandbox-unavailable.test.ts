import { describe, expect, test } from 'vitest';
import { hasLandlock } from '../kit/landlock.ts';
import { onMachine, withoutUserNamespaces, type Result } from '../kit/unshared.ts';

const GIVEN = {
  server: 'marker: { command: /bin/echo, args: [started] }',
  input: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n',
};

/**
 * Machines on which no sandbox can be built, made out of this one by namespaces, which takes root. As an ordinary user
 * there is one machine: the one where the tests run, and the tests of the sandbox show that it works there.
 */
describe.runIf(process.getuid?.() === 0)('a machine', () => {
  test('where a server starts, so that the others prove something', async () => {
    const { exitCode, stdout } = await onMachine(undefined, GIVEN, 'run', 'marker');
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
    expectRefused(await onMachine(machine, GIVEN, 'run', 'marker'), ident, fix);
  });

  test('without user namespaces refuses, says what to type, starts nothing, and confines by Landlock where the policy says so', async () => {
    const result = await withoutUserNamespaces(GIVEN, 'run', 'marker');
    expectRefused(result, 'sandbox-unavailable', /sysctl -w user.max_user_namespaces/);

    if (!hasLandlock) return;
    const server = 'marker: { command: /bin/echo, args: [started], unsafe: [landlock-only] }';
    const lone = await withoutUserNamespaces({ ...GIVEN, server }, 'run', 'marker');
    expect([lone.exitCode, lone.stdout]).toEqual([0, 'started\n']);
  });
});

function expectRefused({ exitCode, stdout, stderr }: Result, ident: string, fix: RegExp): void {
  expect(stderr).toContain(`error[${ident}]`);
  expect(stderr).toMatch(fix);
  expect(exitCode).toBe(125);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ id: 1, error: { code: 125, data: { source: 'mcp-secure-run', ident } } });
  expect(answer.error.message).toMatch(fix);
}
