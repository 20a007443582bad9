import { existsSync } from 'node:fs';
import type { Container } from '../confine/machine.ts';
import { readText } from './read-text.ts';

/** The container that we are in, by the marks that engines leave, and what it keeps from us. */
export function ownContainer(environment: NodeJS.ProcessEnv): Container | undefined {
  const engine = findEngine(environment);
  return (
    engine && {
      engine,
      hasFilter: /^Seccomp:\s*2$/m.test(readText('/proc/self/status')), // SECCOMP_MODE_FILTER: proc(5)
      masks: mountsOverProc(readText('/proc/self/mountinfo')),
    }
  );
}

function findEngine(environment: NodeJS.ProcessEnv): Container['engine'] | undefined {
  if (environment.KUBERNETES_SERVICE_HOST !== undefined) return 'kubernetes';
  if (existsSync('/run/.containerenv')) return 'podman';
  return existsSync('/.dockerenv') ? 'docker' : undefined;
}

/** The fifth field is the mount point: proc(5). */
export function mountsOverProc(mountinfo: string): readonly string[] {
  const points = mountinfo.split('\n').map((line) => line.split(' ')[4] ?? '');
  return [...new Set(points)].filter((point) => point.startsWith('/proc/') && !EMPTY_BELOW.includes(point));
}

/** Places that the kernel makes to be mounted on: they hide nothing, and so are not in the way. */
const EMPTY_BELOW = ['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd'];
