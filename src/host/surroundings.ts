import { existsSync } from 'node:fs';
import type { Surroundings } from '../confine/diagnose.ts';
import { readText } from './read-text.ts';

/** Looked at only when the sandbox could not be built. */
export function surroundings(): Surroundings {
  return {
    inContainer:
      existsSync('/.dockerenv') || existsSync('/run/.containerenv') || existsSync('/run/secrets/kubernetes.io'),
    appArmorRestricts: readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns').trim() === '1',
    cloneForbidden: readText('/proc/sys/kernel/unprivileged_userns_clone').trim() === '0',
    noNamespacesLeft: readText('/proc/sys/user/max_user_namespaces').trim() === '0',
  };
}
