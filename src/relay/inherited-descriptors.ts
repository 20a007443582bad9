import { closeSync, readFileSync, readdirSync } from 'node:fs';

/**
 * Closes what the client left open in us beyond stdin, stdout and stderr: a database, a log, a socket of its own would
 * pass through every exec(2) into the server. Node opens everything with O_CLOEXEC, so what has not got it is the
 * client's.
 */
export function closeInheritedDescriptors(): void {
  if (process.connected) process.disconnect();
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor > 2 && isInheritable(descriptor)) closeSync(descriptor);
  }
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    return false; // gone: it was the descriptor of the listing itself
  }
}

/** open(2), Linux. */
const O_CLOEXEC = 0o2000000;
