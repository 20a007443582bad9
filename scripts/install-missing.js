// Installs what is missing where this account may; else says what to type, and ends.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Programs by the Debian package that has them. */
export const FOR_SERVERS = { '/usr/bin/bwrap': 'bubblewrap' };

/** What the tests attack with, beside what every installation of Debian has. */
export const FOR_TESTS = {
  ...FOR_SERVERS,
  '/usr/bin/bash': 'bash',
  '/usr/bin/busybox': 'busybox-static',
  '/usr/bin/catatonit': 'catatonit',
  '/usr/bin/cc': 'gcc',
  '/usr/bin/curl': 'curl',
  '/usr/bin/dbus-daemon': 'dbus',
  '/usr/bin/dbus-send': 'dbus',
  '/usr/bin/git': 'git',
  '/usr/bin/gnome-keyring-daemon': 'gnome-keyring',
  '/usr/bin/gpg': 'gnupg',
  '/usr/bin/gpg-agent': 'gpg-agent',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/ipcmk': 'util-linux',
  '/usr/bin/pass': 'pass',
  '/usr/bin/perl': 'perl-base',
  '/usr/bin/podman': 'podman',
  '/usr/bin/python3': 'python3-minimal',
  '/usr/lib/python3/dist-packages/pip': 'python3-pip',
  '/usr/bin/script': 'bsdutils',
  '/usr/bin/secret-tool': 'libsecret-tools',
  '/usr/bin/unshare': 'util-linux',
  '/usr/sbin/runc': 'runc', // of what podman runs containers with, the one that knows every layout of cgroups
  '/usr/include/asm-generic/unistd.h': 'linux-libc-dev',
};

export function installMissing(programs) {
  const missing = Object.entries(programs).filter(([program]) => !existsSync(program));
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (packages.length === 0) return;
  if (!isDebian()) fail(packages, 'install it with the package manager of this system');

  const sudo = process.getuid() === 0 ? [] : ['sudo'];
  // At a terminal, sudo may ask for the password; elsewhere it would wait for ever.
  const may = process.stdin.isTTY ? ['sudo', '-v'] : ['sudo', '-n', 'true'];
  if (sudo.length > 0 && spawnSync(may[0], may.slice(1), { stdio: 'inherit' }).status !== 0) {
    fail(packages, `type: sudo apt-get install ${packages.join(' ')}`);
  }
  console.log(`installing ${packages.join(', ')}`);
  run(packages, [...sudo, 'apt-get', 'update', '-q']);
  run(packages, [...sudo, 'apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages]);
}

function isDebian() {
  return /^ID(?:_LIKE)?=.*(?:debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function run(packages, [file, ...args]) {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) fail(packages, `${file} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`);
}

function fail(packages, what) {
  console.error(`missing: ${packages.join(', ')}; ${what}`);
  process.exit(1);
}
