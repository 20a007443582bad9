import type { ChildProcess } from 'node:child_process';
import { constants, fstatSync, openSync, readlinkSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Descriptor } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';

/** What a process is given from descriptor 3 on: one of ours, or a pipe to be made. */
export type Opened = number | 'pipe';

/** Opens what is to be bound, and sees that it still is what the plan looked at. */
export function openDescriptors(descriptors: readonly Descriptor[]): Decision<readonly Opened[]> {
  const opened: Opened[] = [];
  for (const descriptor of descriptors) {
    const one =
      descriptor.kind === 'held' ? hold(descriptor) : descriptor.kind === 'text' ? nameless(descriptor.text) : 'pipe';
    if (typeof one === 'object') return deny(one);
    opened.push(one);
  }
  return allow(opened);
}

function hold({ path, device, inode }: Extract<Descriptor, { kind: 'held' }>): number | Finding {
  const changed = refusal(
    'path-changed',
    `\`${path}\` became another file while the server was being started`,
    'start it again; if this comes back, find out what replaces that file',
  );
  let descriptor: number;
  try {
    descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch {
    return changed;
  }
  const stats = fstatSync(descriptor);
  // O_NOFOLLOW guards the last name alone: the kernel tells by which way the others led.
  const isThere = readlinkSync(`/proc/self/fd/${descriptor}`) === path;
  return isThere && stats.dev === device && stats.ino === inode ? descriptor : changed;
}

/** A file in memory that never has a name and is gone with its last descriptor; a pipe, which costs more, where there is none. */
function nameless(text: string): number | 'pipe' {
  try {
    const descriptor = openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
    writeSync(descriptor, text, 0); // at a place: the reader starts at the beginning
    return descriptor;
  } catch {
    return 'pipe';
  }
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
