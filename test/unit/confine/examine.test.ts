import { describe, expect, test } from 'vitest';
import { examine } from '../../../src/confine/examine.ts';
import {
  around,
  bubblewrap,
  container,
  DEBIAN_13,
  directory,
  failing,
  MAC,
  outcome,
  system,
  together,
  WITHOUT,
  type Expected,
  type Facts,
} from '../../kit/stated-machine.ts';

const UBUNTU = system('ubuntu', 'Ubuntu 24.04.3 LTS', ['debian']);
const MENDED = bubblewrap('0.9.0', '0.9.0-1ubuntu0.2');
const RESTRICTED = together(UBUNTU, MENDED, around({ appArmorRestricts: true }));
const UID_MAP = failing('setting up uid map: Permission denied');
const ALPINE = system('alpine', 'Alpine Linux v3.23');
const MASKS = ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/sys'];
const BY_SECCOMP = failing(
  'No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.',
);
const BY_MASKS = failing("Can't mount proc on /newroot/proc: Operation not permitted", ['proc']);
const USED_UP = failing(
  'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
);

describe('a machine: what is not as it should be, and what to type', () => {
  test.each<[title: string, facts: Facts, expected: Expected]>([
    ['Debian 13', {}, []],
    [
      'Debian 12, whose bubblewrap has an open fault',
      bubblewrap('0.8.0', '0.8.0-2+deb12u1'),
      [['limited bubblewrap version', 'sudo apt-get install --only-upgrade bubblewrap']],
    ],
    [
      'Debian 11, whose bubblewrap is too old',
      together(
        bubblewrap('0.4.1', '0.4.1-3', ['--disable-userns', '--bind-fd']),
        failing('Unknown option --disable-userns', ['nested']),
      ),
      [
        ['fails bubblewrap version', 'sudo apt-get install --only-upgrade bubblewrap'],
        ['fails namespaces', 'install bubblewrap 0.10 or newer'],
      ],
    ],
    ['Ubuntu 24.04 with a profile in force', together(RESTRICTED), []],
    [
      'Ubuntu 24.04 with the fix taken back',
      together(RESTRICTED, bubblewrap('0.9.0', '0.9.0-1ubuntu0.3')),
      [['limited bubblewrap version', 'as soon as it brings 0.12.0']],
    ],
    [
      'Ubuntu 24.04 as it is installed',
      together(RESTRICTED, UID_MAP),
      [
        ['fails AppArmor', 'sudo apt-get install apparmor-profiles && sudo cp '],
        ['fails namespaces', 'sudo apt-get install apparmor-profiles && sudo cp '],
        ['untested /proc'],
      ],
    ],
    [
      'Ubuntu 24.04 where another program took the profiles along',
      together(RESTRICTED, UID_MAP, { appArmor: { label: undefined, profile: 'offered' } }),
      [
        ['fails AppArmor', '`sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && '],
        ['fails namespaces', 'bwrap-userns-restrict'],
        ['untested /proc'],
      ],
    ],
    [
      'Ubuntu 25.04 where the profile is switched off',
      together(RESTRICTED, UID_MAP, { appArmor: { label: undefined, profile: 'in place' } }),
      [
        ['fails AppArmor', 'sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict'],
        ['fails namespaces', 'bwrap-userns-restrict'],
        ['untested /proc'],
      ],
    ],
    [
      'another distribution that restricts them',
      together(system('void', 'Void Linux'), around({ appArmorRestricts: true }), UID_MAP),
      [
        ['fails AppArmor', "'profile bwrap /usr/bin/bwrap flags=(unconfined) {' '  userns,' '}' | sudo tee "],
        ['fails namespaces', 'bwrap-userns-restrict'],
        ['untested /proc'],
      ],
    ],
    [
      'Ubuntu 24.04 without bubblewrap: both are said at once',
      together(RESTRICTED, WITHOUT),
      [
        ['untested AppArmor', 'sudo apt-get install apparmor-profiles'],
        ['fails bubblewrap', '`sudo apt-get install bubblewrap`'],
        ['untested namespaces'],
        ['untested /proc'],
      ],
    ],
    [
      'Docker as it is started',
      together(container('docker', { hasFilter: true, masks: MASKS }), BY_SECCOMP),
      [
        [
          'fails container',
          '`docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …`, or run the servers on the host',
        ],
        ['fails namespaces', '--security-opt seccomp=unconfined'],
        ['untested /proc'],
      ],
    ],
    [
      'Docker on Ubuntu: its filter comes before AppArmor',
      together(
        container('docker', { hasFilter: true, masks: MASKS }),
        around({ inContainer: true, appArmorRestricts: true }),
        { appArmor: { label: 'docker-default', profile: 'absent' } },
        BY_SECCOMP,
      ),
      [
        ['untested AppArmor'],
        ['fails container', 'seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconf'],
        ['fails namespaces', '--security-opt apparmor=unconfined'],
        ['untested /proc'],
      ],
    ],
    [
      'Docker with seccomp unconfined alone: /proc is in the way',
      together(container('docker', { masks: MASKS }), BY_MASKS),
      [
        ['fails container', '`docker run --security-opt systempaths=unconfined …`'],
        ['fails /proc', '`docker run --security-opt systempaths=unconfined …`'],
      ],
    ],
    ['Docker with all of it off', container('docker'), []],
    [
      'Docker with a filter of one’s own that lets namespaces pass',
      container('docker', { hasFilter: true, masks: [] }),
      [],
    ],
    [
      'Docker without bubblewrap: what will be in the way is said',
      together(container('docker', { hasFilter: true, masks: MASKS }), WITHOUT),
      [
        ['untested container', 'docker run'],
        ['fails bubblewrap', 'sudo apt-get install bubblewrap'],
        ['untested namespaces'],
        ['untested /proc'],
      ],
    ],
    [
      'Podman as it is started',
      together(container('podman', { hasFilter: true, masks: MASKS }), BY_MASKS),
      [
        ['fails container', '`podman run --security-opt unmask=ALL …`'],
        ['fails /proc', '--security-opt unmask=ALL'],
      ],
    ],
    [
      'Kubernetes',
      together(container('kubernetes', { hasFilter: true, masks: MASKS }), BY_SECCOMP),
      [
        ['fails container', '`securityContext: { seccompProfile: { type: Unconfined }, procMount: Unmasked }`'],
        ['fails namespaces', 'seccompProfile'],
        ['untested /proc'],
      ],
    ],
    [
      'a container on a host without namespaces: its host is to be changed',
      together(container('docker', { hasFilter: true }), { maxUserNamespaces: 0 }, USED_UP),
      [
        ['fails user namespaces', 'on the host of this container: `sudo sysctl -w user.max_user_namespaces=15000`'],
        ['fails namespaces', 'on the host of this container: `sudo sysctl -w user.max_user_namespaces=15000`'],
        ['untested /proc'],
      ],
    ],
    [
      'a masked /proc outside of any container that is known',
      BY_MASKS,
      [['fails /proc', '--security-opt systempaths=unconfined']],
    ],
    [
      'Fedora with an older bubblewrap',
      together(system('fedora', 'Fedora Linux 43'), bubblewrap('0.11.2')),
      [['limited bubblewrap version', '`sudo dnf upgrade bubblewrap`']],
    ],
    ['Fedora', together(system('fedora', 'Fedora Linux 44'), bubblewrap('0.12.0')), []],
    [
      'Rocky Linux 8, whose kernel is old',
      together(system('rocky', 'Rocky Linux 8.10', ['rhel', 'centos', 'fedora']), {
        kernel: '4.18.0-553.el8_10.x86_64',
      }),
      [['limited kernel', '`sudo dnf upgrade kernel`, then start the machine anew']],
    ],
    [
      'Arch with a setuid bubblewrap, which is not run to ask',
      together(system('arch', 'Arch Linux'), WITHOUT, { bubblewrap: { uid: 0, mode: 0o104755 } }),
      [['fails bubblewrap', '`sudo chmod u-s,g-s /usr/bin/bwrap`'], ['untested namespaces'], ['untested /proc']],
    ],
    [
      'a bubblewrap that a group may write',
      together(WITHOUT, { bubblewrap: { uid: 0, mode: 0o100775 } }),
      [['fails bubblewrap', '`sudo chown root:root /usr/bin/bwrap && '], ['untested namespaces'], ['untested /proc']],
    ],
    [
      'Alpine without bubblewrap',
      together(ALPINE, WITHOUT),
      [['fails bubblewrap', '`sudo apk add bubblewrap`'], ['untested namespaces'], ['untested /proc']],
    ],
    [
      'Alpine with an older bubblewrap',
      together(ALPINE, bubblewrap('0.11.1', '0.11.1-r0')),
      [['limited bubblewrap version', '`sudo apk add --upgrade bubblewrap`']],
    ],
    [
      'NixOS, with bubblewrap elsewhere',
      together(system('nixos', 'NixOS 26.05'), WITHOUT, { otherBubblewraps: ['/run/current-system/sw/bin/bwrap'] }),
      [
        ['untested platform'],
        ['fails bubblewrap', '`sudo ln -s /run/current-system/sw/bin/bwrap /usr/bin/bwrap`'],
        ['untested namespaces'],
        ['untested /proc'],
      ],
    ],
    [
      'Debian with a bubblewrap that someone built',
      together(WITHOUT, { otherBubblewraps: ['/usr/local/bin/bwrap'] }),
      [['fails bubblewrap', '`sudo apt-get install bubblewrap`'], ['untested namespaces'], ['untested /proc']],
    ],
    ['macOS', MAC, [['untested platform'], ['untested Seatbelt']]],
    [
      'macOS without sandbox-exec',
      together(MAC, { sandboxExec: undefined }),
      [['untested platform'], ['fails Seatbelt', 'use a macOS that has it']],
    ],
    [
      'macOS with a sandbox-exec that the administrators’ group may write',
      together(MAC, { sandboxExec: { uid: 0, mode: 0o100775 } }),
      [['untested platform'], ['fails Seatbelt', 'turn on System Integrity Protection']],
    ],
    [
      'macOS with a sandbox-exec of someone else',
      together(MAC, { sandboxExec: { uid: 501, mode: 0o100755 } }),
      [['untested platform'], ['fails Seatbelt', 'turn on System Integrity Protection']],
    ],
    ['Windows', together(WITHOUT, { platform: 'win32' }), [['untested platform']]],
    ['arm64', { architecture: 'arm64' }, [['untested platform']]],
    ['the Windows subsystem for Linux', { kernel: '6.6.87.2-microsoft-standard-WSL2' }, [['untested platform']]],
    ['a kernel that is too old', { kernel: '4.4.0-21-generic' }, [['fails kernel', 'linux-image-']]],
    [
      'an old kernel of Ubuntu',
      together(UBUNTU, MENDED, { kernel: '5.4.0-216-generic' }),
      [['limited kernel', '`sudo apt-get install linux-generic`']],
    ],
    [
      'no user namespace is allowed',
      together({ maxUserNamespaces: 0 }, USED_UP),
      [
        ['fails user namespaces', '`sudo sysctl -w user.max_user_namespaces=15000`'],
        ['fails namespaces', '`sudo sysctl -w user.max_user_namespaces=15000`'],
        ['untested /proc'],
      ],
    ],
    [
      'one user namespace is allowed, and the one that forbids others is the second',
      together({ maxUserNamespaces: 1 }, failing('unshare user ns: No space left on device', ['nested'])),
      [
        ['fails user namespaces', 'user.max_user_namespaces=15000'],
        ['fails namespaces', 'user.max_user_namespaces=15000'],
      ],
    ],
    [
      'few user namespaces are allowed',
      { maxUserNamespaces: 40 },
      [['limited user namespaces', '`sudo sysctl -w user.max_user_namespaces=15000`']],
    ],
    [
      'only root may make user namespaces',
      together(around({ cloneForbidden: true }), BY_SECCOMP),
      [
        ['fails user namespaces', '`sudo sysctl -w kernel.unprivileged_userns_clone=1`'],
        ['fails namespaces', '`sudo sysctl -w kernel.unprivileged_userns_clone=1`'],
        ['untested /proc'],
      ],
    ],
    ['a setting forbids what works all the same', around({ cloneForbidden: true }), []],
    [
      'a kernel without user namespaces',
      together({ maxUserNamespaces: undefined }, failing('Creating new namespace failed: Invalid argument')),
      [
        ['fails user namespaces', '`CONFIG_USER_NS=y`'],
        ['fails namespaces', 'ask who runs this machine'],
        ['untested /proc'],
      ],
    ],
    [
      'no network namespace is left',
      failing('Creating new namespace failed: No space left on device', ['net']),
      [['fails namespaces', '`sudo sysctl -w user.max_net_namespaces=15000`']],
    ],
  ])('%s', (_title, facts, expected) => {
    const actual = outcome(facts);
    expect(actual.map(([what]) => what)).toEqual(expected.map(([what]) => what));
    for (const [index, [, fix = '']] of expected.entries()) expect(actual[index]?.[1]).toContain(fix);
  });
});

describe('what is found', () => {
  test.each<[title: string, facts: Facts, name: string, found: RegExp]>([
    ['the fault that is open', bubblewrap('0.8.0', '0.8.0-2+deb12u1'), 'bubblewrap version', /CVE-2026-87766/],
    ['that Ubuntu took its fix back', bubblewrap('0.9.0', '0.9.0-1ubuntu0.3'), 'bubblewrap version', /USN-8779-2/],
    [
      'that the changelog of an RPM tells more',
      together(system('fedora', 'Fedora'), bubblewrap('0.11.0')),
      'bubblewrap version',
      /rpm -q --changelog/,
    ],
    [
      'what is mounted over /proc',
      together(container('docker', { masks: MASKS }), BY_MASKS),
      '/proc',
      /\/proc\/acpi, \/proc\/kcore, 2 more/,
    ],
    ['bubblewrap’s own words', UID_MAP, 'namespaces', /none can be made: setting up uid map: Permission denied$/],
    ['which namespaces are not made', failing('x', ['ipc', 'net']), 'namespaces', /^not made: ipc, net: x$/],
    ['for how many servers it is enough', { maxUserNamespaces: 41 }, 'user namespaces', /enough for 20 servers/],
    ['what cgroups offer', {}, 'cgroups', /^version 2, memory and pids yours, `systemd-run --user` works/],
    [
      'who moved a directory',
      { directories: [directory('state', { isMoved: true })] },
      'state directory',
      /MCP_SECURE_RUN_HOME/,
    ],
    [
      'the bubblewrap that is not used',
      { ...WITHOUT, otherBubblewraps: ['/usr/local/bin/bwrap'] },
      'bubblewrap',
      /\/usr\/local\/bin\/bwrap is not used/,
    ],
  ])('says %s', (_title, facts, name, found) => {
    const probe = examine({ ...DEBIAN_13, ...facts }).find((one) => one.name === name);
    expect(probe?.found).toMatch(found);
  });

  test('names a known fault by the ident of its page', () => {
    const probes = examine({ ...DEBIAN_13, ...bubblewrap('0.11.2') });
    expect(probes.find(({ verdict }) => verdict === 'limited')).toMatchObject({ ident: 'sandbox-old' });
  });
});
