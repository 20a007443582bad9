import type { ChildProcess } from 'node:child_process';
import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Descriptor, Spawn } from '../confine/spawn.ts';
import { codeOf } from '../host/system-error.ts';
import { openOwnFile } from '../state/read-own-file.ts';
import { helperIn } from './helper.ts';
import type { LaunchFault } from '../confine/launch-fault.ts';

/** What a process is given from descriptor 3 on: one of ours, or a pipe to be made. */
export type Opened = number | 'pipe';

/**
 * Opens what is to be bound, and sees that it still is what the plan looked at. `built` is the directory of what
 * the build made.
 */
export function openDescriptors({ descriptors, account }: Spawn, built: string): readonly Opened[] | LaunchFault {
  const opened: Opened[] = [];
  for (const descriptor of descriptors) {
    const one = open(descriptor, account, built);
    if (typeof one === 'object') return one;
    opened.push(one);
  }
  return opened;
}

function open(descriptor: Descriptor, account: Spawn['account'], built: string): Opened | LaunchFault {
  switch (descriptor.kind) {
    case 'held':
      return hold(descriptor);
    case 'filter':
      return openFilter(
        `${built}/seccomp-${process.arch}${descriptor.landlock ? '-landlock' : descriptor.nestedNamespaces ? '-nested' : ''}.bpf`,
      );
    case 'helper':
      return openSync(helperIn(built) ?? '', constants.O_RDONLY);
    case 'own':
      return openOwnFile(descriptor.path, process.getuid?.() ?? 0) ?? openSync('/dev/null', constants.O_RDONLY);
    case 'kept':
      return keep(descriptor.path, account);
    case 'text':
      return nameless(descriptor.text);
    case 'joined':
      return join(descriptor);
    case 'handshake':
    case 'options':
    case 'secret': // never a file, not even a nameless one
      return 'pipe';
  }
}

/** Without it nothing starts: there is no sandbox with half of its walls. */
function openFilter(path: string): number | LaunchFault {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch {
    return { kind: 'no-filter', path };
  }
}

/** Two starts at one moment may both make it: that it is there is enough. Another account must be able to get to it. */
function keep(path: string, account: Spawn['account']): number | LaunchFault {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: account ? 0o711 : 0o700 });
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined && account)
      chownSync(path, account.uid, account.gid);
    return openSync(path, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  } catch (error) {
    return { kind: 'no-state', path, code: codeOf(error) };
  }
}

function hold({ path, device, inode }: Held, flags = O_PATH): number | LaunchFault {
  const changed: LaunchFault = { kind: 'changed', path };
  let descriptor: number;
  try {
    descriptor = openSync(path, flags | constants.O_NOFOLLOW);
  } catch {
    return changed;
  }
  const stats = fstatSync(descriptor);
  // O_NOFOLLOW guards the last name alone: the kernel tells by which way the others led.
  const isThere = readlinkSync(`/proc/self/fd/${descriptor}`) === path;
  return isThere && stats.dev === device && stats.ino === inode ? descriptor : changed;
}

type Held = Pick<Extract<Descriptor, { kind: 'held' }>, 'path' | 'device' | 'inode'>;

/** A file that does not end its last line is ended for it. */
function join({ before, ...held }: Extract<Descriptor, { kind: 'joined' }>): Opened | LaunchFault {
  const file = hold(held, constants.O_RDONLY | constants.O_NONBLOCK);
  if (typeof file !== 'number') return file;
  try {
    return inMemory(Buffer.concat([readFileSync(before), Buffer.from('\n'), readFileSync(file)]));
  } finally {
    closeSync(file);
  }
}

/** A pipe, which costs more, where there is no such file. */
function nameless(text: string): number | 'pipe' {
  try {
    return inMemory(Buffer.from(text));
  } catch {
    return 'pipe';
  }
}

/** A file in memory that never has a name and is gone with its last descriptor. */
function inMemory(bytes: Buffer): number {
  const descriptor = openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
  // At a place: the reader starts at the beginning.
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
  return descriptor;
}

/** open(2), Linux. Not among Node's constants. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
/** open(2), Linux: a handle on the place, without a right to read it. */
const O_PATH = 0o10000000;

/** Gives the process the texts that it waits for; answers the end of the handshake that is ours. */
export function feed(child: ChildProcess, descriptors: readonly Descriptor[]): Socket | undefined {
  let handshake: Socket | undefined;
  for (const [index, descriptor] of descriptors.entries()) {
    const stream = child.stdio[index + 3];
    if (!(stream instanceof Socket)) continue;
    stream.on('error', () => {}); // the process is gone: its end says why
    if ('text' in descriptor) stream.end(descriptor.text);
    if (descriptor.kind === 'handshake') handshake = stream;
  }
  return handshake;
}
