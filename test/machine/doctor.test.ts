import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { clientEnv, COMMAND, REPOSITORY } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';

const MACHINES = `${REPOSITORY}/fixtures/machines`;

/** As with `run`: machines on which no sandbox can be built, made out of this one by namespaces, which takes root. */
describe.runIf(process.getuid?.() === 0)('a machine', () => {
  test('where a sandbox can be built is told so, so that the others prove something', async () => {
    const { exitCode, stdout } = await inMountNamespace([], 'doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('servers can be started here');
  });

  test.each<[title: string, machine: string, failing: readonly string[], fix: string]>([
    [
      'without bubblewrap',
      'without-bubblewrap.sh',
      ['bubblewrap', 'a whole sandbox'],
      '`sudo apt-get install bubblewrap`',
    ],
    [
      'with a setuid bubblewrap',
      'with-setuid-bubblewrap.sh',
      ['bubblewrap', 'a whole sandbox'],
      '`sudo chmod u-s,g-s /usr/bin/bwrap`',
    ],
    [
      'that is a container with a masked /proc',
      'container-with-masked-proc.sh',
      ['/proc', 'a whole sandbox'],
      '--security-opt systempaths=unconfined',
    ],
  ])('%s: `doctor` names the fault that `run` names', async (_title, machine, failing, fix) => {
    const through = ['sh', `${MACHINES}/${machine}`];
    expectSameFault(
      await inMountNamespace(through, 'doctor', '--json'),
      await inMountNamespace(through, 'run', 'marker'),
      {
        failing,
        fix,
      },
    );
  });

  test('without bubblewrap: nothing is attacked, for the reason that `run` names', async () => {
    const through = ['sh', `${MACHINES}/without-bubblewrap.sh`];
    const { exitCode, stdout } = await inMountNamespace(through, 'doctor', '--attack', '--json');
    const { ok, attacks, findings } = JSON.parse(stdout);
    expect([exitCode, ok, attacks]).toEqual([125, false, []]);
    const launch = await inMountNamespace(through, 'run', 'marker');
    expect(launch.stderr).toContain(`error[${findings[0].ident}]: ${findings[0].message}`);
  });

  test('without user namespaces: `doctor` names the fault that `run` names', async () => {
    const doctor = await inUserNamespace('doctor', '--json');
    expectSameFault(doctor, await inUserNamespace('run', 'marker'), {
      failing: ['user namespaces', 'namespaces', 'a whole sandbox'],
      fix: '`sudo sysctl -w user.max_user_namespaces=15000`',
    });
  });
});

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Probe {
  readonly name: string;
  readonly verdict: string;
  readonly found: string;
  readonly fix: string;
  readonly ident: string;
}

function expectSameFault(
  doctor: Result,
  launch: Result,
  { failing, fix }: { readonly failing: readonly string[]; readonly fix: string },
): void {
  expect([doctor.exitCode, doctor.stderr]).toEqual([1, '']);
  const { ok, probes } = JSON.parse(doctor.stdout) as { ok: boolean; probes: readonly Probe[] };
  expect(ok).toBe(false);
  const failed = probes.filter(({ verdict }) => verdict === 'fails');
  expect(failed.map(({ name }) => name)).toEqual(expect.arrayContaining([...failing]));
  for (const probe of failed) expect(probe.fix).toContain(fix);

  const whole = failed.find(({ name }) => name === 'a whole sandbox');
  expect(launch.exitCode).toBe(125);
  expect(launch.stderr).toContain(`error[${whole?.ident}]: ${whole?.found}`);
  expect(launch.stderr).toContain(`hint: ${whole?.fix}`);
}

async function inMountNamespace(through: readonly string[], ...words: readonly string[]): Promise<Result> {
  return run(['--mount', ...through, process.execPath, COMMAND, ...words]);
}

async function inUserNamespace(...words: readonly string[]): Promise<Result> {
  const script = `read -r _; exec sh ${MACHINES}/without-user-namespaces.sh "$@"`;
  return run(['--user', 'sh', '-c', script, 'sh', process.execPath, COMMAND, ...words], (pid) => {
    // Every account is mapped to itself: whoever is root outside is root inside, and so are the files.
    writeFileSync(`/proc/${pid}/uid_map`, '0 0 100000');
    writeFileSync(`/proc/${pid}/gid_map`, '0 0 100000');
    return '\n';
  });
}

async function run(args: readonly string[], prepare?: (pid: number) => string): Promise<Result> {
  const home: Home = makeHome('version: 1\nservers:\n  marker: { command: /bin/echo, args: [started] }\n');
  const child = spawn('unshare', args, { env: { ...clientEnv(home), PATH: process.env.PATH }, stdio: 'pipe' });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  if (prepare && child.pid !== undefined) {
    await isInOwnUserNamespace(child.pid);
    child.stdin.write(prepare(child.pid));
  }
  child.stdin.end();
  const [exitCode] = await once(child, 'close');
  const [stdout, stderr] = await output;
  return { exitCode: Number(exitCode), stdout, stderr };
}

async function isInOwnUserNamespace(pid: number): Promise<void> {
  const outer = readlinkSync('/proc/self/ns/user');
  while (readlinkSync(`/proc/${pid}/ns/user`) === outer) await new Promise((done) => setTimeout(done, 5));
}
