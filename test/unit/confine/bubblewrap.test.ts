import { describe, expect, test } from 'vitest';
import { enterByShell } from '../../../src/confine/enter-by-shell.ts';
import { enterByHelper, type Enter } from '../../../src/confine/enter.ts';
import { confine } from '../../../src/confine/confine.ts';
import type { Descriptor, Spawn } from '../../../src/confine/spawn.ts';
import { decide, granted, MASKS, valuesOf, withServer } from '../../kit/decide.ts';
import { optionGroups } from '../../kit/option-groups.ts';
import { ANNAS, directory, ROOT, statedHost, type Tree } from '../../kit/stated-host.ts';

const TREE: Tree = { '/srv/data/reports': directory(ANNAS), '/home/anna/work': directory(ANNAS) };
const VARIABLES: Record<string, string> = { TOKEN: 'canary-of-the-client' };
const KEYS =
  ', env: { LEVEL: canary-of-the-policy }, pass: [TOKEN], files: { read: [/srv/data], write: [/srv/data/reports, ~/work] }';

function spawnFor(keys: string, account = statedHost().account, enter: Enter = enterByShell): Spawn {
  const host = statedHost({ tree: TREE, variables: VARIABLES, facts: { account } });
  const plan = granted(decide(withServer(`{ command: /opt/acme/bin/crm, args: [--quiet]${keys} }`), 'crm', host));
  return confine(plan, valuesOf(host), enter, MASKS);
}

function optionsOf({ args, descriptors }: Spawn): string[] {
  const options = descriptors[Number(args[1]) - 3];
  return options && 'text' in options ? optionGroups(options.text) : [];
}

describe('what everybody can read holds nothing', () => {
  const { file, args, env, cwd, descriptors } = spawnFor(KEYS);

  test('the command line: where the options are, the handshake, the server’s argv', () => {
    expect(file).toBe('/usr/bin/bwrap');
    expect(args.slice(0, 3)).toEqual(['--args', String(descriptors.length + 2), '--']);
    expect(args.slice(3, 5)).toEqual(['/bin/sh', '-c']);
    expect(args.slice(-2)).toEqual(['/opt/acme/bin/crm', '--quiet']);
    expect(args.filter((word) => word.startsWith('--'))).toEqual(['--args', '--', '--', '--quiet']);
  });

  test('no secret outside the server: no value in an argument, and bubblewrap’s own environment is empty', () => {
    expect(args.join(' ')).not.toMatch(/canary/);
    expect(env).toEqual({});
    expect(cwd).toBe('/');
  });

  test('values go through the pipe of the options alone', () => {
    const holding = descriptors.filter((one) => JSON.stringify(one).includes('canary'));
    expect(holding.map(({ kind }) => kind)).toEqual(['options']);
    expect(optionsOf(spawnFor(KEYS))).toEqual(
      expect.arrayContaining(['--setenv TOKEN canary-of-the-client', '--setenv LEVEL canary-of-the-policy']),
    );
  });

  test('options without a value take no pipe', () => {
    const kinds = spawnFor('').descriptors.map(({ kind }) => kind);
    expect(kinds).not.toContain('options');
    expect(kinds.at(-1)).toBe('text');
  });

  test('argv from end to end: what the handshake’s shell reads is the same for every server', () => {
    expect(spawnFor('').args[5]).toBe(args[5]);
    expect(args[5]).not.toContain('crm');
    expect(args[5]).toMatch(/exec "\$@"$/);
  });
});

describe('with the native helper', () => {
  const { args, descriptors } = spawnFor(KEYS, undefined, enterByHelper);

  test('it is the first program inside, through its descriptor, and no shell is', () => {
    const at = descriptors.findIndex(({ kind }) => kind === 'helper');
    expect(args.slice(2, 5)).toEqual(['--', `/proc/self/fd/${at + 3}`, 'enter']);
    expect(args.slice(5, -3).every((word) => /^\d+:\d+:\d+$/.test(word))).toBe(true);
    expect(args.slice(-3)).toEqual(['--', '/opt/acme/bin/crm', '--quiet']);
  });
});

describe('what stands between a server and the machine', () => {
  const ALWAYS = [
    '--die-with-parent',
    '--new-session',
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup',
    '--cap-drop ALL',
    '--clearenv',
    '--remount-ro /',
  ];
  const NO_NESTING = ['--disable-userns', '--assert-userns-disabled'];
  const NO_NETWORK = ['--unshare-net'];

  test.each([
    ['', [...NO_NESTING, ...NO_NETWORK], []],
    [', unsafe: [host-network]', NO_NESTING, NO_NETWORK],
    [', unsafe: [own-sandbox]', NO_NETWORK, NO_NESTING],
    [', unsafe: [own-sandbox, host-network]', [], [...NO_NESTING, ...NO_NETWORK]],
    [', unsafe: [no-guard, unlocked]', [...NO_NESTING, ...NO_NETWORK], []],
  ])('with `%s`: %j, and not %j', (keys, present, absent) => {
    const options = optionsOf(spawnFor(keys));
    expect(options).toEqual(expect.arrayContaining([...ALWAYS, ...present]));
    expect(options.filter((option) => absent.includes(option))).toEqual([]);
  });

  test('the environment is cleared before it is filled', () => {
    const options = optionsOf(spawnFor(KEYS));
    expect(options.indexOf('--clearenv')).toBeLessThan(options.findIndex((option) => option.startsWith('--setenv')));
  });

  test('the root is made read-only after everything is in its place', () => {
    const options = optionsOf(spawnFor(KEYS));
    const after = options.slice(options.indexOf('--remount-ro /') + 1).map((option) => option.split(' ')[0]);
    expect(new Set(after)).toEqual(new Set(['--clearenv', '--setenv', '--chdir']));
  });

  test('the kernel’s controls are read-only after `--proc` has made them', () => {
    const options = optionsOf(spawnFor(''));
    const proc = options.indexOf('--proc /proc');
    expect(options.slice(proc + 1, proc + 5)).toEqual([
      '--ro-bind-try /proc/sys /proc/sys',
      '--ro-bind-try /proc/sysrq-trigger /proc/sysrq-trigger',
      '--ro-bind-try /proc/irq /proc/irq',
      '--ro-bind-try /proc/bus /proc/bus',
    ]);
  });

  test('every directory in memory has a size', () => {
    const options = optionsOf(spawnFor(''));
    const memory = options.flatMap((option, index) => (option.startsWith('--tmpfs') ? [options[index - 1]] : []));
    expect(memory.length).toBeGreaterThan(0);
    expect(memory.filter((option) => !/^--size [1-9]\d*$/.test(option ?? ''))).toEqual([]);
  });
});

describe('mounts', () => {
  const MAKES = /^--(?:(?:ro-)?bind(?:-fd|-data)?|symlink|tmpfs|dir|proc|dev) /;

  test('go from shallow to deep', () => {
    const made = optionsOf(spawnFor(KEYS)).filter((option) => MAKES.test(option));
    const paths = made.map((option) => option.split(' ').at(-1) ?? '');
    for (const [index, path] of paths.entries())
      expect(
        paths.slice(index + 1).filter((later) => path.startsWith(`${later}/`)),
        path,
      ).toEqual([]);
  });

  test('of what is not root’s alone are by the descriptor of what was looked at', () => {
    const spawn = spawnFor(KEYS);
    const held = spawn.descriptors.flatMap((one, index) => (one.kind === 'held' ? [{ one, index }] : []));
    expect(held.map(({ one }) => one.path).toSorted()).toEqual([
      '/home/anna/work',
      '/opt/acme/bin/crm',
      '/srv/data',
      '/srv/data/reports',
    ]);
    const byDescriptor = optionsOf(spawn).filter((option) => /^--(?:ro-)?bind-fd/.test(option));
    // Descriptors are counted from 3, where the server's own end.
    expect(byDescriptor).toEqual(
      held.map(({ one, index }) => {
        const isWritten = one.path === '/home/anna/work' || one.path === '/srv/data/reports';
        return `${isWritten ? '--bind-fd' : '--ro-bind-fd'} ${index + 3} ${one.path}`;
      }),
    );
    expect(optionsOf(spawn).filter((option) => option.startsWith('--bind '))).toEqual([]);
  });

  test('each descriptor is read by one option, and the first is the handshake’s', () => {
    const { descriptors, args } = spawnFor(KEYS);
    const kinds = descriptors.map(({ kind }: Descriptor) => kind);
    expect(kinds[0]).toBe('handshake');
    expect(kinds.filter((kind) => kind === 'options')).toEqual(['options']);
    const named = optionsOf(spawnFor(KEYS)).flatMap(
      (option) => /^--(?:seccomp|ro-bind-data|ro-bind-fd|bind-fd) (\d+)/.exec(option)?.[1] ?? [],
    );
    expect([...named, args[1]].map(Number)).toEqual(kinds.slice(1).map((_kind, index) => index + 4));
  });
});

test('started as root, bubblewrap itself runs as the server’s account', () => {
  expect(spawnFor('').account).toBeUndefined();
  expect(spawnFor('', ROOT).account).toEqual({ uid: 65534, gid: 65534 });
});

test('without a sandbox, the program is started as it is, with the environment that was built', () => {
  const spawn = spawnFor(', unsafe: [no-sandbox], env: { LEVEL: warn }, pass: [TOKEN]');
  expect(spawn).toMatchObject({ file: '/opt/acme/bin/crm', args: ['--quiet'], descriptors: [], waits: false });
  expect(spawn.env).toMatchObject({ LEVEL: 'warn', TOKEN: 'canary-of-the-client', HOME: '/home/anna' });
});
