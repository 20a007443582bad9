import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Which process this is, as no other one on this machine ever was: its number, when it started (in ticks since the
 * start of the machine), where its number counts, and which start of the machine that was.
 */
export function launcherMark(): string {
  return [process.pid, startOf(process.pid) ?? 0, ...place()].join('-');
}

/** Whether that process is gone. One whose number counts elsewhere is not known here, and taken to be there. */
export function isGone(mark: string): boolean {
  const [pid, start, namespace, ...boot] = mark.split('-');
  const [ours, ...now] = place().join('-').split('-');
  if (boot.join('-') !== now.join('-')) return boot.length > 0;
  return namespace === ours && startOf(Number(pid)) !== Number(start);
}

function place(): [namespace: string, boot: string] {
  const namespace = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  return [namespace, readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()];
}

/** Field 22 of /proc/PID/stat, proc(5); the name before it may have spaces and brackets in it. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined; // there is no such process
  }
}
