import type { Mount, Plan } from '../plan/plan.ts';
import { INNER_USER, secretFile } from '../plan/sandbox-paths.ts';
import { accountOf } from './account.ts';
import type { Enter } from './enter.ts';
import { environmentOf, type Values } from './environment.ts';
import type { MaskOptions } from './mask-options.ts';
import type { Descriptor, Mask, Spawn } from './spawn.ts';

/** Only this file carries the permission that Ubuntu's AppArmor gives for user namespaces, and nobody's `PATH` names it. */
export const BUBBLEWRAP = '/usr/bin/bwrap';

/**
 * A plan as a run of bubblewrap.
 *
 * The laws of this file:
 * - Options go through a descriptor: bubblewrap's command line is readable inside (`/proc/1/cmdline`) and by everyone
 *   outside. It starts with an empty environment, for `/proc/1/environ` inside is the one that it was started with.
 * - Mounts go from shallow to deep, all below a root of our own in memory, which is then made read-only.
 * - What could be swapped between the check and the mount is bound by its descriptor.
 * - Masks come behind the shield: `plan/decide-masks.ts`.
 */
export function confineByBubblewrap(plan: Plan, values: Values, enter: Enter, masks: MaskModule): Spawn {
  const descriptors: Descriptor[] = [{ kind: 'handshake' }];
  const pass = (descriptor: Descriptor): string => String(FIRST + descriptors.push(descriptor) - 1);

  const options = [
    ...NAMESPACES,
    ...(plan.network.mode === 'host' ? [] : ['--unshare-net']),
    // Without it, a server that makes a user namespace of its own can undo read-only binds by pivot_root(2).
    ...(plan.confinement.nestedNamespaces ? [] : ['--disable-userns', '--assert-userns-disabled']),
    ...['--seccomp', pass({ kind: 'filter', nestedNamespaces: plan.confinement.nestedNamespaces })],
    ...['--cap-drop', 'ALL', '--hostname', 'sandbox', '--uid', String(INNER_USER.uid), '--gid', String(INNER_USER.gid)],
    ...plan.mounts.flatMap((mount) => mountOptions(mount, pass, masks)),
    ...secretFiles(plan, values, pass),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...[
      '--clearenv',
      ...Object.entries(environmentOf(plan, values)).flatMap(([name, value]) => ['--setenv', name, value]),
    ],
    ...['--chdir', plan.cwd.path],
  ];
  const entry = enter(plan, pass);
  // A pipe of Node.js takes two milliseconds of a start: it is for values alone.
  const holdsValues = plan.env.some(({ from }) => from !== 'us');
  const text = options.map((option) => `${option}\0`).join('');
  const optionsDescriptor = pass({ kind: holdsValues ? 'options' : 'text', text });
  return {
    file: BUBBLEWRAP,
    args: ['--args', optionsDescriptor, '--', ...entry],
    env: {},
    cwd: '/',
    account: accountOf(plan),
    descriptors,
    waits: true,
    masks: plan.mounts.filter((mount): mount is Mask => 'mask' in mount),
  };
}

/** What a plan with masks takes. */
export type MaskModule = () => { readonly maskOptions: MaskOptions };

/** Descriptors 0 to 2 are the server's; ours follow. */
const FIRST = 3;

/** `--unshare-user` by name: with `--unshare-all` alone, bubblewrap goes on without it where it is refused. */
const NAMESPACES = [
  '--die-with-parent',
  '--new-session', // no controlling terminal to push keystrokes into: CVE-2017-5226
  '--unshare-user',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup',
];

function mountOptions(mount: Mount, pass: (descriptor: Descriptor) => string, masks: MaskModule): readonly string[] {
  switch (mount.kind) {
    case 'bind':
      return bindOptions(mount, pass);
    case 'state':
      return ['--bind-fd', pass({ kind: 'kept', path: mount.source }), mount.path];
    case 'link':
      return ['--symlink', mount.to, mount.path];
    case 'text':
      return ['--ro-bind-data', pass({ kind: 'text', text: mount.text }), mount.path];
    case 'joined': {
      const { before, source, held } = mount;
      return ['--ro-bind-data', pass({ kind: 'joined', before, path: source, ...held }), mount.path];
    }
    case 'memory':
      return ['--size', String(mount.bytes), '--tmpfs', mount.path];
    case 'directory':
      return ['--dir', mount.path];
    case 'processes':
      return ['--proc', mount.path, ...KERNEL_CONTROLS.flatMap((path) => ['--ro-bind-try', path, path])];
    case 'devices':
      return ['--dev', mount.path];
    default:
      return masks().maskOptions(mount, pass);
  }
}

function bindOptions(
  mount: Extract<Mount, { kind: 'bind' }>,
  pass: (descriptor: Descriptor) => string,
): readonly string[] {
  if (!mount.held) return [mount.mode === 'write' ? '--bind' : '--ro-bind', mount.path, mount.path];
  const descriptor = pass({ kind: 'held', path: mount.path, ...mount.held });
  return [mount.mode === 'write' ? '--bind-fd' : '--ro-bind-fd', descriptor, mount.path];
}

/** The file is in the sandbox's memory: bubblewrap copies what the descriptor gives, and only its server can read it. */
function secretFiles({ env }: Plan, values: Values, pass: (descriptor: Descriptor) => string): readonly string[] {
  return env.flatMap((rule) => {
    const text = rule.from === 'secret' && rule.as === 'file' ? values.secret(rule.name) : undefined;
    if (text === undefined) return [];
    return ['--perms', '0400', '--ro-bind-data', pass({ kind: 'secret', text }), secretFile(rule.name)];
  });
}

/**
 * What bubblewrap's `--proc` leaves writable to whoever the kernel takes for root. `try` passes over what this kernel
 * does not have, and over nothing else.
 */
const KERNEL_CONTROLS = ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus'];
