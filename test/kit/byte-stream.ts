import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as pass } from 'node:timers/promises';

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

export function digestOf(...chunks: readonly Buffer[]): Digest {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { bytes: chunks.reduce((sum, { length }) => sum + length, 0), sha256: hash.digest('hex') };
}

/** Reads to the end, and rests `pause` milliseconds after every chunk. */
export async function readDigest(stream: Readable, pause = 0, onBytes: (bytes: number) => void = () => {}) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    onBytes((bytes += chunk.length));
    if (pause > 0) await pass(pause);
  }
  return { bytes, sha256: hash.digest('hex') } satisfies Digest;
}

/** Writes the pieces as fast as they are taken, and ends. */
export async function writePieces(sink: Writable, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) if (!sink.write(piece)) await new Promise((taken) => sink.once('drain', taken));
  sink.end();
  await finished(sink, { readable: false });
}

/** Lines of any bytes, from 1 byte to 1.5 MB; short ones as often as long ones. */
export function randomLines(total: number): Buffer {
  const bytes = randomBytes(total).map((byte) => (byte === NEWLINE ? 0 : byte));
  for (let end = anySize(1_500_000); end < total; end += anySize(1_500_000)) bytes[end - 1] = NEWLINE;
  return Buffer.from(bytes.buffer, bytes.byteOffset, total);
}

/** The same bytes cut anywhere. */
export function cutAnywhere(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += pieces.at(-1)?.length ?? 0)
    pieces.push(bytes.subarray(start, start + anySize(1024 * 1024)));
  return pieces;
}

/** A request of one line, whose only argument fills it. */
export function longMessage(bytes: number): Buffer {
  const head = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"store","arguments":{"text":"';
  const tail = '"}}}\n';
  return Buffer.from(head + 'x'.repeat(bytes - head.length - tail.length) + tail);
}

const NEWLINE = 10;

const anySize = (most: number): number => Math.ceil(most ** (randomInt(1, 1_000_000) / 1_000_000));
