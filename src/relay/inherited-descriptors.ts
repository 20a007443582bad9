import { closeSync, openSync, readSync, readdirSync } from 'node:fs';

/**
 * Closes what the client left open in us beyond stdin, stdout and stderr: a database, a log, a socket of its own would
 * pass through every exec(2) into the server. Node opens everything with O_CLOEXEC, so what has not got it is the
 * client's.
 */
export function closeInheritedDescriptors(): void {
  if (process.platform !== 'linux') return; // /proc is Linux's; on macOS libuv's posix_spawn(2) passes on what it names and nothing else
  if (process.connected) process.disconnect();
  const info = Buffer.allocUnsafe(INFO_BYTES);
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor > 2 && isInheritable(descriptor, info)) closeSync(descriptor);
  }
}

/** `pos:` and `flags:`, the first two lines of proc_pid_fdinfo(5): each a name, a tab, a number of at most 20 digits. */
const INFO_BYTES = 64;

function isInheritable(descriptor: number, info: Buffer): boolean {
  let file: number;
  try {
    file = openSync(`/proc/self/fdinfo/${descriptor}`, 'r');
  } catch {
    return false; // gone: it was the descriptor of the listing itself
  }
  const text = info.toString('latin1', 0, readSync(file, info, 0, INFO_BYTES, 0));
  closeSync(file);
  const start = text.indexOf(FLAGS);
  // What cannot be read is closed: a server must not have it.
  return start === -1 || (Number.parseInt(text.slice(start + FLAGS.length), 8) & O_CLOEXEC) === 0;
}

const FLAGS = 'flags:\t';
/** open(2), Linux. */
const O_CLOEXEC = 0o2000000;
