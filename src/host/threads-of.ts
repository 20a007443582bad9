import { readdirSync, readFileSync } from 'node:fs';

/** How many threads an account has, as the kernel counts them for RLIMIT_NPROC: proc_pid_status(5), by the real id. */
export function threadsOf(uid: number): number {
  let sum = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1');
      if (status.includes(`\nUid:\t${uid}\t`)) sum += Number(/\nThreads:\t(\d+)/.exec(status)?.[1] ?? 0);
    } catch {
      // Ended meanwhile.
    }
  }
  return sum;
}
