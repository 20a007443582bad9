import { existsSync, readdirSync, statSync } from 'node:fs';
import type { Service } from '../attack/attack.ts';
import type { Account } from '../plan/host.ts';

// What attackers look for on a machine, as far as it is on this one. Nothing is opened.

/** Sources: the lists of srt, codex and nono. */
export function findKeys(home: string): readonly string[] {
  const names = ['.ssh', '.gnupg', '.aws', '.azure', '.config/gcloud', '.config/gh', '.kube', '.docker', '.npmrc'];
  const others = ['.netrc', '.git-credentials', '.pypirc', '.mozilla', '.config/google-chrome', '.bash_history'];
  return below(home, [...names, ...others, '.zsh_history', '.password-store', '.local/share/keyrings']);
}

export function findStartup(home: string): readonly string[] {
  const names = ['.profile', '.bashrc', '.bash_profile', '.zshrc', '.zshenv', '.config/fish/config.fish'];
  return below(home, [...names, '.gitconfig', '.ssh/authorized_keys']);
}

function below(home: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${home}/${name}`).filter((path) => existsSync(path));
}

/** Disks, and what a desktop has. */
export function findDevices(): readonly string[] {
  const names = [
    'mem',
    'kmsg',
    'kvm',
    'fuse',
    'net/tun',
    'dri',
    'snd',
    'input',
    'video0',
    'ttyS0',
    'sda',
    'vda',
    'nvme0',
  ];
  return names.map((name) => `/dev/${name}`).filter((path) => existsSync(path));
}

/** A program that becomes root and has a word for its version, which is all that it will be asked for. */
export function findSetuid(): string | undefined {
  const names = ['mount', 'umount', 'su', 'sudo'].map((name) => `/usr/bin/${name}`);
  return names.find((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.uid === 0 && (stats.mode & S_ISUID) !== 0;
  });
}

/** inode(7) */
const S_ISUID = 0o4000;

/** Where services have their sockets; variables of the session name some. */
export function findServices(
  { uid, home }: Account,
  environment: NodeJS.ProcessEnv,
): Readonly<Record<Service, readonly string[]>> {
  const session = `/run/user/${uid}`;
  const { SSH_AUTH_SOCK = '', DBUS_SESSION_BUS_ADDRESS = '' } = environment;
  const [, bus = ''] = /^unix:path=([^,;]+)/.exec(DBUS_SESSION_BUS_ADDRESS) ?? [];
  const engines = ['/run/docker.sock', '/run/podman/podman.sock', '/run/containerd/containerd.sock'];
  const buses = ['/run/dbus/system_bus_socket', '/run/systemd/private', `${session}/bus`, `${session}/systemd/private`];
  const agents = [`${session}/gnupg/S.gpg-agent`, `${home}/.gnupg/S.gpg-agent`, `${session}/keyring/control`];
  const displays = [`${session}/wayland-0`, `${session}/pulse/native`, `${session}/pipewire-0`];
  return {
    engines: sockets([...engines, `${session}/docker.sock`, `${session}/podman/podman.sock`]),
    buses: sockets([...buses, bus]),
    agents: sockets([...agents, SSH_AUTH_SOCK]),
    displays: sockets([...displays, ...namesIn('/tmp/.X11-unix')]),
  };
}

function sockets(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.startsWith('/') && isSocket(path));
}

function isSocket(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
  } catch {
    return false; // not to be looked at, and so not to be reached
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => `${directory}/${name}`);
  } catch {
    return [];
  }
}
