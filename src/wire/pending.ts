import { readEnvelopes, type Id } from './envelope.ts';
import { LineReader, type Line } from './lines.ts';

/**
 * Which of the client's requests have no answer yet, so that the client can be told when none will come. It looks at
 * copies: what passes is never held up or changed by it. When it cannot tell, it forgets, rather than answer twice.
 */
export class PendingRequests {
  readonly #ids = new Set<Id>();
  /** Whether the server has answered anything yet, as far as can be told. */
  hasAnswered = false;
  readonly #fromClient = new LineReader(MAX_PARSED, (line) => this.#asked(line));
  readonly #fromServer = new LineReader(MAX_PARSED, (line) => this.#answered(line));

  clientSent(chunk: Buffer): void {
    this.#fromClient.read(chunk);
  }

  serverSent(chunk: Buffer): void {
    this.#fromServer.read(chunk);
  }

  get ids(): readonly Id[] {
    return [...this.#ids];
  }

  #asked(line: Line): void {
    for (const envelope of readEnvelopes(line) ?? []) {
      if (envelope.kind === 'request' && this.#ids.size < MAX_PENDING) this.#ids.add(envelope.id);
      if (envelope.kind === 'cancellation') this.#ids.delete(envelope.id);
    }
  }

  #answered(line: Line): void {
    const envelopes = readEnvelopes(line);
    if (!envelopes) this.#ids.clear();
    this.hasAnswered ||= !envelopes;
    for (const envelope of envelopes ?? []) {
      if (envelope.kind !== 'response') continue;
      this.#ids.delete(envelope.id);
      this.hasAnswered = true;
    }
  }
}

/** Bytes of a line up to which it is parsed: beyond, parsing would cost more than the pipe does. */
const MAX_PARSED = 8 * 1024;
const MAX_PENDING = 1024;
