import { existsSync, readFileSync } from 'node:fs';
import type { Surroundings } from '../confine/diagnose.ts';

/** Looked at only when the sandbox could not be built. */
export function surroundings(): Surroundings {
  return {
    distribution: /^ID="?([a-z0-9._-]+)/m.exec(read('/etc/os-release'))?.[1] ?? 'unknown',
    inContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    appArmorRestricts: read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns').trim() === '1',
    cloneForbidden: read('/proc/sys/kernel/unprivileged_userns_clone').trim() === '0',
    noNamespacesLeft: read('/proc/sys/user/max_user_namespaces').trim() === '0',
  };
}

/** Empty where this kernel or distribution has no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
