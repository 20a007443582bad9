import { closeSync, openSync, readSync, readdirSync } from 'node:fs';

/**
 * Closes what the client left open in us beyond stdin, stdout and stderr: a database, a log, a socket of its own would
 * pass through every exec(2) into the server. Node opens everything with O_CLOEXEC, so what has not got it is the
 * client's.
 */
export function closeInheritedDescriptors(): void {
  if (process.connected) process.disconnect();
  const buffer = Buffer.alloc(64); // `pos:` and `flags:` come first
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor > 2 && isInheritable(descriptor, buffer)) closeSync(descriptor);
  }
}

function isInheritable(descriptor: number, buffer: Buffer): boolean {
  let info: number;
  try {
    info = openSync(`/proc/self/fdinfo/${descriptor}`, 'r');
  } catch {
    return false; // gone: it was the descriptor of the listing itself
  }
  const flags = /^flags:\s*([0-7]+)$/m.exec(buffer.toString('latin1', 0, readSync(info, buffer)))?.[1];
  closeSync(info);
  // What cannot be read is closed: a server must not have it.
  return flags === undefined || (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
}

/** open(2), Linux. */
const O_CLOEXEC = 0o2000000;
