import { readdirSync, statSync } from 'node:fs';
import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import type { BubblewrapFile, BubblewrapVersion } from '../confine/machine.ts';
import { readText } from './read-text.ts';
import { runBriefly, type Credentials } from './run-briefly.ts';

export function bubblewrapFile(): BubblewrapFile | undefined {
  const stats = statSync(BUBBLEWRAP, { throwIfNoEntry: false });
  return stats && { uid: stats.uid, mode: stats.mode };
}

/** Files of that name where people and distributions put them; only what is there, followed by nobody. */
export function otherBubblewraps(home: string): readonly string[] {
  const places = [
    ...['/usr/local/bin', '/opt/bin', '/bin', '/run/current-system/sw/bin', '/run/wrappers/bin'],
    ...[
      '/home/linuxbrew/.linuxbrew/bin',
      '/nix/var/nix/profiles/default/bin',
      `${home}/.nix-profile/bin`,
      `${home}/.local/bin`,
    ],
  ];
  return places.map((place) => `${place}/bwrap`).filter((path) => isFile(path));
}

/** What it says of itself. It is run: ask only of one that is root's alone. */
export function bubblewrapVersion(credentials: Credentials): BubblewrapVersion {
  const { output } = runBriefly(BUBBLEWRAP, ['--version'], credentials);
  const upstream = /^bubblewrap (\d+\.\d+(?:\.\d+)?)/m.exec(output)?.[1];
  const help = runBriefly(BUBBLEWRAP, ['--help'], credentials);
  const known = `${help.output}${help.errors}`;
  return {
    upstream,
    packaged: upstream === undefined ? undefined : packagedAs(upstream),
    lacks: NEEDED.filter((option) => !new RegExp(`^\\s*${option}\\b(?!-)`, 'm').test(known)),
  };
}

/** The newest of the options that `confine/bubblewrap.ts` uses: 0.8, 0.8, 0.10 or as Debian 12 has it, 0.6. */
const NEEDED = ['--disable-userns', '--assert-userns-disabled', '--bind-fd', '--ro-bind-fd', '--size'];

/**
 * By the database of dpkg, apk or pacman, whose formats are plain text; rpm's would take its library. A package of
 * another number than bubblewrap's own is not the one that is installed.
 */
function packagedAs(upstream: string): string | undefined {
  const found =
    versionIn(
      readText('/var/lib/dpkg/status'),
      /^Package: bubblewrap\nStatus: install ok installed$/m,
      /^Version: (.+)$/m,
    ) ??
    versionIn(readText('/lib/apk/db/installed'), /^P:bubblewrap$/m, /^V:(.+)$/m) ??
    pacmanVersion();
  return found?.startsWith(`${upstream}-`) ? found : undefined;
}

/** Records are separated by an empty line. */
function versionIn(database: string, isIt: RegExp, version: RegExp): string | undefined {
  const record = database.split('\n\n').find((one) => isIt.test(one));
  return record === undefined ? undefined : version.exec(record)?.[1];
}

function pacmanVersion(): string | undefined {
  const name = names('/var/lib/pacman/local').find((one) => /^bubblewrap-\d/.test(one));
  return name?.replace('bubblewrap-', '');
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // another distribution
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
