import { PassThrough } from 'node:stream';
import type { Running } from './launch.ts';

/** What masks a text that comes in pieces. */
export interface MaskingStream {
  push(chunk: Buffer): Buffer;
  /** What was held back, for it could have been the beginning of something. */
  end(): Buffer;
}

/**
 * The same server, whose stderr says no value that it was given. It has ended when that is said too. The masking is
 * made when there is a first word to mask: it takes some milliseconds, which a start does not have.
 */
export function withMaskedErrors(server: Running, begin: () => MaskingStream): Running {
  const stderr = new PassThrough();
  const whenSaid = new Promise<void>((done) => void stderr.once('close', done));
  carry(server.stderr, stderr, begin);
  return {
    ...server,
    stderr,
    ended: server.ended.then(async (end) => {
      await whenSaid;
      return end;
    }),
  };
}

function carry(source: Running['stderr'], sink: PassThrough, begin: () => MaskingStream): void {
  let masking: MaskingStream | undefined;
  source.on('data', (chunk: Buffer) => {
    masking ??= begin();
    if (!sink.write(masking.push(chunk))) source.pause();
  });
  sink.on('drain', () => source.resume());
  source.once('close', () => sink.end(masking?.end()));
  source.resume(); // it was held while the sandbox was built
}
