import { closeSync, constants, openSync, readSync } from 'node:fs';

/** The kernel's list of the mounts that a process sees, read to its end: it is given a page at a time. */
export class MountList {
  readonly #descriptor: number;
  #buffer = Buffer.alloc(PAGE * 4);

  constructor(pid: number) {
    this.#descriptor = openSync(`/proc/${pid}/mountinfo`, constants.O_RDONLY);
  }

  read(): string {
    let length = 0;
    for (let more = 1; more > 0; length += more) {
      if (this.#buffer.length - length < PAGE) this.#buffer = Buffer.concat([this.#buffer], this.#buffer.length * 2);
      more = readSync(this.#descriptor, this.#buffer, length, this.#buffer.length - length, length);
    }
    return this.#buffer.toString('latin1', 0, length);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const PAGE = 4096;

/** A line of proc_pid_mountinfo(5), as Latin-1: names are bytes. */
export interface Mounted {
  readonly id: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly type: string | undefined;
}

export function mountsOf(text: string): Mounted[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, , , , path, options] = before.split(' ');
    const [type] = after.split(' ');
    return id && path && options ? [{ id, path, options: options.split(','), type }] : [];
  });
}

export function asMountinfo(path: string): string {
  return Buffer.from(path)
    .toString('latin1')
    .replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
