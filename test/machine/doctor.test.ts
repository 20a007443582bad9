import { describe, expect, test } from 'vitest';
import { onMachine, withoutUserNamespaces, type Result } from '../kit/unshared.ts';

const GIVEN = { server: 'marker: { command: /bin/echo, args: [started] }' };

/** As with `run`: machines on which no sandbox can be built, made out of this one by namespaces, which takes root. */
describe.runIf(process.getuid?.() === 0)('a machine', () => {
  test('where a sandbox can be built is told so, so that the others prove something', async () => {
    const { exitCode, stdout } = await onMachine(undefined, GIVEN, 'doctor');
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
    expectSameFault(
      await onMachine(machine, GIVEN, 'doctor', '--json'),
      await onMachine(machine, GIVEN, 'run', 'marker'),
      {
        failing,
        fix,
      },
    );
  });

  test('without bubblewrap: nothing is attacked, for the reason that `run` names', async () => {
    const machine = 'without-bubblewrap.sh';
    const { exitCode, stdout } = await onMachine(machine, GIVEN, 'doctor', '--attack', '--json');
    const { ok, attacks, findings } = JSON.parse(stdout);
    expect([exitCode, ok, attacks]).toEqual([125, false, []]);
    const launch = await onMachine(machine, GIVEN, 'run', 'marker');
    expect(launch.stderr).toContain(`error[${findings[0].ident}]: ${findings[0].message}`);
  });

  test('without user namespaces: `doctor` names the fault that `run` names', async () => {
    const doctor = await withoutUserNamespaces(GIVEN, 'doctor', '--json');
    expectSameFault(doctor, await withoutUserNamespaces(GIVEN, 'run', 'marker'), {
      failing: ['user namespaces', 'namespaces', 'a whole sandbox'],
      fix: '`sudo sysctl -w user.max_user_namespaces=15000`',
    });
  });
});

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
