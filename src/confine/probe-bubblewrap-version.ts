import { fails, limited, passes, untested, type Probe } from '../finding/probe.ts';
import { openFaults } from './bubblewrap-faults.ts';
import { familyOf, upgradeBubblewrap, type Family } from './distribution.ts';
import type { BubblewrapVersion, Machine } from './machine.ts';

/** Whether bubblewrap is new enough, and mended. One that may not be run is not asked. */
export function probeBubblewrapVersion({ version, system }: Pick<Machine, 'version' | 'system'>): Probe | undefined {
  const name = 'bubblewrap version';
  if (!version) return undefined;
  const { upstream, packaged, lacks } = version;
  const family = familyOf(system);
  if (upstream === undefined) return untested(name, 'it does not say which');
  const which = packaged === undefined ? upstream : `${upstream}, package ${packaged}`;
  if (lacks.length > 0)
    return fails(
      name,
      `${which}, does not know ${lacks.map((option) => `\`${option}\``).join(', ')}`,
      `${upgradeBubblewrap(family)}; if that brings none of 0.10 or newer, this release of the system is too old`,
      'sandbox-too-old',
    );
  const faults = openFaults(version);
  if (faults.length === 0) return passes(name, which);
  return limited(
    name,
    `${which}, has ${faults.join(', ')}, to which our mounts give no way in${aside(version, family)}`,
    `${upgradeBubblewrap(family)}, as soon as it brings 0.12.0 or newer`,
    'sandbox-old',
  );
}

/** A distribution can mend an older one: what its database or its notices say of that. */
function aside({ packaged }: BubblewrapVersion, family: Family): string {
  if (packaged?.includes('ubuntu')) return '; Ubuntu took its fix back (USN-8779-2)';
  return family === 'fedora' || family === 'suse'
    ? '; unless `rpm -q --changelog bubblewrap` says that it was mended'
    : '';
}
