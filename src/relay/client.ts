import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** The client's end: our stdin, stdout and stderr. Each is opened when it is first used, while the sandbox is built. */
export class Client {
  #input: Readable | undefined;
  #output: Writable | undefined;
  #errors: ErrorStream | undefined;

  get input(): Readable {
    return (this.#input ??= isPipe(0) ? new Socket({ fd: 0, readable: true, writable: false }) : process.stdin);
  }

  get output(): Writable {
    return (this.#output ??= isPipe(1) ? new Socket({ fd: 1, readable: false, writable: true }) : process.stdout);
  }

  get errors(): ErrorStream {
    return (this.#errors ??= new ErrorStream());
  }

  /** Opens stdin and stdout now. */
  open(): void {
    void [this.input, this.output];
  }

  /** Gives stderr `milliseconds` to take what was said. */
  async flushErrors(milliseconds: number): Promise<void> {
    await this.#errors?.flush(milliseconds);
  }
}

/**
 * Our stderr. A client that does not read it must not stop the protocol: `process.stderr` would wait for it, so pipes
 * are written without waiting, and what a stalled reader cannot take is dropped and counted.
 */
export class ErrorStream {
  readonly #pipe = isPipe(2) ? new Socket({ fd: 2, readable: false, writable: true }) : undefined;
  #dropped = 0;
  /** What our own words go through, once there are values that they must not hold. */
  masked = (text: string): string => text;

  constructor() {
    this.#pipe?.on('error', () => {}); // nobody reads it: there is no one left to tell
  }

  write(data: Buffer | string): void {
    if (!this.#pipe) return writeAll(2, data);
    if (this.#pipe.writableLength > MAX_WAITING) {
      this.#dropped += Buffer.byteLength(data);
      return;
    }
    this.#tellDropped(this.#pipe);
    this.#pipe.write(data);
  }

  /** Our own words, each line with our name in front: clients mix them with what the server says. */
  say(text: string): void {
    this.write(this.masked(text).replace(/^(?=.)/gm, 'mcp-secure-run: ') + (text.endsWith('\n') ? '' : '\n'));
  }

  /** Resolves when all is written, or after `milliseconds`. */
  async flush(milliseconds: number): Promise<void> {
    const pipe = this.#pipe;
    if (!pipe || pipe.destroyed) return;
    this.#tellDropped(pipe);
    if (pipe.writableLength === 0) return;
    await new Promise<void>((done) => {
      setTimeout(done, milliseconds);
      pipe.write('', () => done());
      pipe.once('close', () => done());
    });
  }

  #tellDropped(pipe: Socket): void {
    if (this.#dropped === 0) return;
    pipe.write(`\nmcp-secure-run: ${this.#dropped} bytes of stderr were dropped, for nobody read them\n`);
    this.#dropped = 0;
  }
}

const MAX_WAITING = 256 * 1024;

function isPipe(descriptor: number): boolean {
  const stats = fstatSync(descriptor);
  return stats.isFIFO() || stats.isSocket();
}

/** To a file or a terminal. A full disk, or a terminal that is gone, is no reason to end a server. */
function writeAll(descriptor: number, data: Buffer | string): void {
  const bytes = Buffer.from(data);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  } catch {
    // Said as well as it could be.
  }
}
