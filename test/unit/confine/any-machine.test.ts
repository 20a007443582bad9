import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examine } from '../../../src/confine/examine.ts';
import type { Machine } from '../../../src/confine/machine.ts';
import { DEBIAN_13, DIRECTORIES, MADE } from '../../kit/stated-machine.ts';

const anyAttempts = fc
  .array(fc.option(fc.oneof(fc.constantFrom('setting up uid map: Permission denied', 'ENOSPC', ''), fc.string())), {
    minLength: MADE.length,
    maxLength: MADE.length,
  })
  .map((words) => MADE.map((made, index) => ({ made, said: words[index] ?? undefined })));

const anyMachine: fc.Arbitrary<Machine> = fc.record({
  platform: fc.constantFrom('linux', 'linux', 'linux', 'darwin', 'win32', 'freebsd'),
  architecture: fc.constantFrom('x64', 'arm64', 'riscv64'),
  kernel: fc.oneof(fc.constantFrom('4.4.0', '4.18.0-553', '6.12', ''), fc.string()),
  system: fc.record({
    id: fc.constantFrom('debian', 'ubuntu', 'fedora', 'arch', 'alpine', 'nixos', 'plan9', '__proto__', 'constructor'),
    like: fc.array(fc.constantFrom('debian', 'rhel', 'suse')),
    name: fc.string(),
  }),
  surroundings: fc.record({
    inContainer: fc.boolean(),
    appArmorRestricts: fc.boolean(),
    cloneForbidden: fc.boolean(),
    noNamespacesLeft: fc.boolean(),
  }),
  maxUserNamespaces: fc.option(fc.nat(), { nil: undefined }),
  container: fc.option(
    fc.record({
      engine: fc.constantFrom('docker', 'podman', 'kubernetes'),
      hasFilter: fc.boolean(),
      masks: fc.array(fc.string()),
    }),
    { nil: undefined },
  ),
  appArmor: fc.record({
    label: fc.option(fc.string(), { nil: undefined }),
    profile: fc.constantFrom('in place', 'offered', 'absent'),
  }),
  bubblewrap: fc.option(fc.record({ uid: fc.nat(2), mode: fc.nat(0o107777) }), { nil: undefined }),
  sandboxExec: fc.option(fc.record({ uid: fc.nat(2), mode: fc.nat(0o107777) }), { nil: undefined }),
  otherBubblewraps: fc.array(fc.string()),
  version: fc.option(
    fc.record({
      upstream: fc.option(fc.string(), { nil: undefined }),
      packaged: fc.option(fc.string(), { nil: undefined }),
      lacks: fc.array(fc.constantFrom('--bind-fd')),
    }),
    { nil: undefined },
  ),
  attempts: fc.option(anyAttempts, { nil: undefined }),
  cgroups: fc.constant(DEBIAN_13.cgroups),
  node: fc.record({
    version: fc.constantFrom('20.18.0', '20.19.0', '22.1.0', '25.0.0'),
    path: fc.constantFrom('/usr/bin/node', '/snap/node/1/bin/node'),
    changeable: fc.option(fc.string(), { nil: undefined }),
    entry: fc.string(),
  }),
  variables: fc.array(fc.constantFrom('NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'HOME')),
  directories: fc.constant(DIRECTORIES),
});

describe('for all machines', () => {
  test('what fails or is limited has a way out, and what fails has the name of a finding', () => {
    fc.assert(
      fc.property(anyMachine, (machine) => {
        for (const { verdict, fix = '', ident } of examine(machine)) {
          if (verdict === 'fails' || verdict === 'limited') expect(fix).not.toBe('');
          if (verdict === 'fails') expect(ident).toBeDefined();
        }
      }),
    );
  });

  test('each thing is said once, and something is found of each', () => {
    fc.assert(
      fc.property(anyMachine, (machine) => {
        const probes = examine(machine);
        expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
        expect(probes.filter(({ found }) => found === '')).toEqual([]);
      }),
    );
  });

  test('no namespace that could not be made is passed over', () => {
    fc.assert(
      fc.property(anyMachine, fc.constantFrom(...MADE), fc.string(), (machine, made, said) => {
        const attempts = MADE.map((one) => ({ made: one, said: one === made ? said : undefined }));
        const probes = examine({ ...machine, platform: 'linux', attempts });
        expect(probes.some(({ verdict }) => verdict === 'fails')).toBe(true);
      }),
    );
  });
});
