import { PassThrough, type Readable } from 'node:stream';
import type { Running } from './launch.ts';

/** What masks a text that comes in pieces. */
export interface MaskingStream {
  push(chunk: Buffer): Buffer;
  /** What was held back, for it could have been the beginning of something. */
  end(): Buffer;
}

/** The same server, whose stderr says no value that it was given. It has ended when that is said too. */
export function withMaskedErrors(server: Running, masking: MaskingStream): Running {
  const stderr = new PassThrough();
  const whenSaid = new Promise<void>((done) => void stderr.once('close', done));
  carry(server.stderr, stderr, masking);
  return {
    ...server,
    stderr,
    ended: server.ended.then(async (end) => {
      await whenSaid;
      return end;
    }),
  };
}

function carry(source: Readable, sink: PassThrough, masking: MaskingStream): void {
  source.on('data', (chunk: Buffer) => {
    if (!sink.write(masking.push(chunk))) source.pause();
  });
  sink.on('drain', () => source.resume());
  source.once('close', () => sink.end(masking.end()));
  source.resume(); // it was held while the sandbox was built
}
