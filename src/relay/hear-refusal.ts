import { errorAnswer, type Refusal } from '../wire/error-answer.ts';
import { readEnvelopes, type Id } from '../wire/envelope.ts';
import { LineReader } from '../wire/lines.ts';
import type { Client } from './client.ts';

/**
 * Tells the client why there is no server: every request that waits, and every one that still comes, is answered with
 * the reason. Ends at the end of input, after two quiet seconds, or after ten in all.
 */
export async function hearRefusal(client: Client, refusal: Refusal, waiting: readonly Id[] = []): Promise<void> {
  if ('isTTY' in client.input && client.input.isTTY) return; // a person, who reads stderr
  const answer = (id: Id): void => void client.output.write(errorAnswer(id, refusal));
  for (const id of waiting) answer(id);

  await new Promise<void>((done) => {
    let quiet = setTimeout(done, QUIET);
    setTimeout(done, TOTAL);
    const lines = new LineReader(MAX_LINE, (line) => {
      for (const envelope of readEnvelopes(line) ?? []) {
        if (envelope.kind === 'request') answer(envelope.id);
      }
    });
    client.output.on('error', () => done());
    client.input.on('error', () => done());
    client.input.on('end', () => done());
    if (client.input.readableEnded) done();
    client.input.on('data', (chunk: Buffer) => {
      clearTimeout(quiet);
      quiet = setTimeout(done, QUIET);
      lines.read(chunk);
    });
    client.input.resume();
  });
  await new Promise<void>((done) => {
    if (client.output.destroyed) done();
    else client.output.write('', () => done());
  });
}

// Milliseconds and bytes. A client that was started for one probe has asked by then; a longer line is no first request.
const QUIET = 2000;
const TOTAL = 10_000;
const MAX_LINE = 1024 * 1024;
