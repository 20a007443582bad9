import { writeFileSync } from 'node:fs';

/**
 * From here on, a core of this process holds none of its memory, and neither does one of what it starts: core(5),
 * `coredump_filter`, which needs no right that a process has not over itself. False where there is none: on macOS,
 * where cores are off unless someone turns them on, and where /proc is not Linux's.
 */
export function keepOutOfCores(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}
