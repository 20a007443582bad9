import type { System } from './machine.ts';

/** Distributions by what installs their packages. */
export type Family = 'debian' | 'fedora' | 'arch' | 'alpine' | 'suse' | 'nix' | 'other';

export function familyOf({ id, like }: System): Family {
  return [id, ...like].map((name) => FAMILIES.get(name)).find((family) => family !== undefined) ?? 'other';
}

/** By `ID`; what is derived from one of these says so in `ID_LIKE`. */
const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['debian', 'debian'],
  ['ubuntu', 'debian'],
  ['raspbian', 'debian'],
  ['linuxmint', 'debian'],
  ['fedora', 'fedora'],
  ['rhel', 'fedora'],
  ['centos', 'fedora'],
  ['arch', 'arch'],
  ['alpine', 'alpine'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['opensuse-leap', 'suse'],
  ['opensuse-tumbleweed', 'suse'],
  ['nixos', 'nix'],
]);

/** The command that installs bubblewrap, in backticks; words where we do not know one. */
export function installBubblewrap(family: Family): string {
  return INSTALL[family];
}

const INSTALL: Readonly<Record<Family, string>> = {
  debian: '`sudo apt-get install bubblewrap`',
  fedora: '`sudo dnf install bubblewrap`',
  arch: '`sudo pacman -S bubblewrap`',
  alpine: '`sudo apk add bubblewrap`',
  suse: '`sudo zypper install bubblewrap`',
  nix: 'add `environment.systemPackages = [ pkgs.bubblewrap ];` to configuration.nix, and `sudo nixos-rebuild switch`',
  other: 'install the package bubblewrap of this system',
};

export function upgradeBubblewrap(family: Family): string {
  return UPGRADE[family];
}

const UPGRADE: Readonly<Record<Family, string>> = {
  debian: '`sudo apt-get update && sudo apt-get install --only-upgrade bubblewrap`',
  fedora: '`sudo dnf upgrade bubblewrap`',
  arch: '`sudo pacman -Syu bubblewrap`',
  alpine: '`sudo apk add --upgrade bubblewrap`',
  suse: '`sudo zypper update bubblewrap`',
  nix: '`sudo nixos-rebuild switch --upgrade`',
  other: 'upgrade the package bubblewrap of this system',
};

export function upgradeKernel(family: Family, id: string): string {
  return `${id === 'ubuntu' ? '`sudo apt-get install linux-generic`' : KERNEL[family]}, then start the machine anew`;
}

const KERNEL: Readonly<Record<Family, string>> = {
  debian: '`sudo apt-get install "linux-image-$(dpkg --print-architecture)"`',
  fedora: '`sudo dnf upgrade kernel`',
  arch: '`sudo pacman -Syu linux`',
  alpine: '`sudo apk upgrade linux-lts`',
  suse: '`sudo zypper update kernel-default`',
  nix: '`sudo nixos-rebuild switch --upgrade`',
  other: 'install a newer kernel',
};
