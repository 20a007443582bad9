import { describe, expect, test } from 'vitest';
import { bubblewrapMissing, diagnose, type Surroundings } from '../../../src/confine/diagnose.ts';

const PLAIN: Surroundings = {
  inContainer: false,
  appArmorRestricts: false,
  cloneForbidden: false,
  noNamespacesLeft: false,
};
const UBUNTU = { appArmorRestricts: true };
const CONTAINER = { inContainer: true };

const CONTAINER_FLAGS = '--security-opt seccomp=unconfined --security-opt systempaths=unconfined';
const PROFILE = 'sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/';

describe('what bubblewrap said, where it said it: the name of the finding, and what to type', () => {
  test.each<[words: string, where: Partial<Surroundings>, ident: string, type: string]>([
    ['bwrap: setting up uid map: Permission denied', UBUNTU, 'sandbox-unavailable', PROFILE],
    ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', UBUNTU, 'sandbox-unavailable', PROFILE],
    ['bwrap: setting up uid map: Permission denied', {}, 'sandbox-unavailable', 'ask who runs this machine'],
    ['bwrap: setting up uid map: Permission denied', CONTAINER, 'sandbox-unavailable', CONTAINER_FLAGS],
    ['bwrap: Unknown option --disable-userns', {}, 'sandbox-too-old', 'install bubblewrap 0.10 or newer'],
    ['bwrap: Unknown option --bind-fd', {}, 'sandbox-too-old', 'install bubblewrap 0.10 or newer'],
    ['bwrap: Unknown option --size', UBUNTU, 'sandbox-too-old', 'install bubblewrap 0.10 or newer'],
    [
      "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
      CONTAINER,
      'sandbox-unavailable',
      CONTAINER_FLAGS,
    ],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {}, 'sandbox-unavailable', CONTAINER_FLAGS],
    [
      'bwrap: Creating new namespace failed: No space left on device',
      { noNamespacesLeft: true },
      'sandbox-unavailable',
      'sudo sysctl -w user.max_user_namespaces=15000',
    ],
    [
      'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
      { noNamespacesLeft: true },
      'sandbox-unavailable',
      'sudo sysctl -w user.max_user_namespaces=15000',
    ],
    [
      'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with "sysctl kernel.unprivileged_userns_clone=1".',
      { cloneForbidden: true },
      'sandbox-unavailable',
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    ],
    [
      'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.…',
      { cloneForbidden: true },
      'sandbox-unavailable',
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    ],
    [
      'bwrap: No permissions to create a new namespace, likely because the kernel does not allow non-privileged user namespaces.',
      CONTAINER,
      'sandbox-unavailable',
      CONTAINER_FLAGS,
    ],
    [
      'bwrap: Creating new namespace failed: Operation not permitted',
      CONTAINER,
      'sandbox-unavailable',
      CONTAINER_FLAGS,
    ],
    [
      'bwrap: Creating new namespace failed: Operation not permitted',
      {},
      'sandbox-unavailable',
      'nothing runs unconfined',
    ],
    [
      "bwrap: Can't find source path /srv/gone: No such file or directory",
      {},
      'sandbox-failed',
      'mcp-secure-run explain',
    ],
    ['', {}, 'sandbox-failed', 'mcp-secure-run explain'],
  ])('%s', (words, where, ident, type) => {
    const finding = diagnose(`${words}\n`, { ...PLAIN, ...where });
    expect(finding.ident).toBe(ident);
    expect(finding.hint).toContain(type);
    expect(finding.message).toContain(words === '' ? 'it said nothing' : words.replace(/^bwrap: Unknown/, 'Unknown'));
  });

  test('the last line counts, and a warning before it does not hide it', () => {
    const words = 'bwrap: a warning\nbwrap: setting up uid map: Permission denied\n';
    expect(diagnose(words, { ...PLAIN, ...UBUNTU }).message).toMatch(/setting up uid map: Permission denied$/);
  });

  test('a disk that is full is no lack of namespaces', () => {
    const finding = diagnose("bwrap: Can't write to /newroot/etc/passwd: No space left on device\n", PLAIN);
    expect(finding.ident).toBe('sandbox-failed');
  });
});

describe('no bubblewrap: how to install it on', () => {
  test.each([
    ['debian', 'sudo apt-get install bubblewrap'],
    ['ubuntu', 'sudo apt-get install bubblewrap'],
    ['fedora', 'sudo dnf install bubblewrap'],
    ['arch', 'sudo pacman -S bubblewrap'],
    ['alpine', 'sudo apk add bubblewrap'],
    ['plan9', 'install the package bubblewrap'],
  ])('%s: %s', (id, command) => {
    const finding = bubblewrapMissing('/usr/bin/bwrap', { id, like: [], name: id });
    expect([finding.ident, finding.message]).toEqual([
      'sandbox-missing',
      'bubblewrap is not installed: there is no /usr/bin/bwrap',
    ]);
    expect(finding.hint).toContain(command);
  });
});
