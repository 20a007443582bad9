import type { BubblewrapVersion } from './machine.ts';

/**
 * Public faults that are open in the bubblewrap that is installed, by upstream's number and, where a distribution mended
 * an older one, by its package. Of one that is setuid, or too old to know the options that we need, they are not asked:
 * it is refused.
 */
export function openFaults({ upstream, packaged }: BubblewrapVersion): readonly string[] {
  if (upstream === undefined) return [];
  const open = FAULTS.filter(
    ({ mendedIn, backports }) => isOlder(upstream, mendedIn) && !backports.some((mended) => mended === packaged),
  );
  return open.map(({ name }) => name);
}

const FAULTS = [
  {
    // https://github.com/containers/bubblewrap/security/advisories/GHSA-pxhw-h44j-8pfx
    name: 'CVE-2026-87766',
    mendedIn: '0.12.0',
    // One by one and no range: USN-8779-1 brought the fix to these, and USN-8779-2 took it out of the next ones again,
    // for it broke Flatpak. Debian 13 took 0.12.0 itself.
    backports: ['0.6.1-1ubuntu0.2', '0.9.0-1ubuntu0.2', '0.11.1-1ubuntu0.2'],
  },
] as const;

/** Whether a version comes before another; both are numbers with dots, a part that is not there is 0. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
