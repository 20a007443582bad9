import { refusal, type Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Host } from './host.ts';
import type { Mount } from './plan.ts';
import { CLIENT_CONFIGS } from './protected-path.ts';

/**
 * Grants that no server gets on macOS, beside those that it gets nowhere; and those under names that differ by case
 * alone, which on most Macs are the same.
 */
export function findProtectedOnMacos(grants: readonly Mount[], host: Host): Finding[] {
  const { account, directories } = host;
  const { config, state, data } = directories;
  const own = [config, state, data].flatMap((path) => [path, host.real(path) ?? path]);
  const atHome = [...KEPT_AT_HOME, ...CLIENT_CONFIGS].map((name) => `${account.home}/${name}`);
  const kept = [...KEPT, ...own, ...atHome].map(folded);
  const wide = [...TOO_WIDE, account.home].map(folded);
  return grants.flatMap(({ kind, path, because: { at } }) => {
    const real = folded(path);
    if (kind !== 'bind') return [];
    if (kept.some((one) => isWithin(real, one))) {
      const hint = 'leave it out: no server gets it, and nothing below it';
      return [
        refusal('grant-protected', `\`${path}\` lies where keys, sockets or what is started by itself are`, hint, at),
      ];
    }
    if (!wide.includes(real) && !kept.some((one) => isWithin(one, real))) return [];
    const hint = 'grant the directories below it that the server works on';
    return [refusal('grant-too-wide', `\`${path}\` holds more than files of yours`, hint, at)];
  });
}

/** As a Mac compares names, unless its disk was set up otherwise: then too much is refused. */
function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

const TOO_WIDE = [
  ...['/private', '/private/tmp', '/private/var', '/private/var/tmp', '/private/var/folders', '/private/etc'],
  ...[
    '/Users',
    '/Users/Shared',
    '/Volumes',
    '/Applications',
    '/Library',
    '/System',
    '/opt',
    '/opt/homebrew',
    '/usr/local',
  ],
];

/** Sockets, the system’s settings, and what launchd(8) starts. */
const KEPT = [
  ...['/private/var/run', '/private/var/db', '/dev', '/System/Volumes', '/Library/Keychains'],
  ...['/Library/LaunchAgents', '/Library/LaunchDaemons', '/private/etc/mcp-secure-run'],
];

const KEPT_AT_HOME = [
  'Library/Keychains',
  'Library/LaunchAgents',
  'Library/Preferences',
  'Library/Cookies',
  'Library/Application Support/com.apple.TCC',
];
