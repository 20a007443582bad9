import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** Follows how much memory a process has had resident at most, in bytes, as long as it runs. */
export class PeakMemory {
  bytes = 0;

  constructor(pid: number) {
    const timer = setInterval(() => {
      try {
        // proc_pid_status(5): the high water mark, so that nothing between two looks is missed.
        const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
        if (kibibytes !== undefined) this.bytes = Number(kibibytes) * 1024;
      } catch {
        clearInterval(timer); // it has ended
      }
    }, 20);
    onTestFinished(() => clearInterval(timer));
  }
}
