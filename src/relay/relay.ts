import type { Readable, Writable } from 'node:stream';
import { PendingRequests } from '../wire/pending.ts';
import type { Id } from '../wire/envelope.ts';
import type { Finding } from '../finding/finding.ts';
import type { Client } from './client.ts';
import type { Running } from './launch.ts';
import { Shutdown } from './shutdown.ts';

/** How a server ended. */
export interface Outcome {
  /** As a shell would say it: 128 + n for signal n. */
  readonly code: number;
  /** Whether the end was asked for: by the end of input, which a client that is gone counts as, or by a signal. */
  readonly asked: 'no' | 'end of input' | 'signal';
  /** It did not end by itself in time. */
  readonly forced: boolean;
  /** What the client still waits for. */
  readonly pending: readonly Id[];
  /** The limit that it was ended for. */
  readonly reached: Reached | undefined;
  /** The mask for whose loss it was ended. */
  readonly lost: Finding | undefined;
}

export interface Reached {
  readonly limit: 'memory' | 'start' | 'runtime' | 'idle';
  /** Bytes, milliseconds. */
  readonly used: number;
}

/** What looks after the limits of a server that runs. */
export type Watch = (watched: {
  readonly server: Running;
  readonly client: Client;
  readonly pending: PendingRequests;
  /** Ends the server as a signal to us would. */
  readonly end: (reached: Reached) => void;
}) => void;

/**
 * Carries bytes between client and server until the server is gone and the client has all that it wrote.
 *
 * Bytes pass as they came, in both directions independently; each side reads no faster than the other takes. Closing:
 * the client's end of input closes the server's stdin and nothing else; our stdout stays open until the server's
 * last byte is through. `grace` is what a server has, in milliseconds, after the client's last word. Nothing passes,
 * either way, once a mask is lost.
 */
export async function relay(server: Running, client: Client, grace: number, watch: Watch): Promise<Outcome> {
  const pending = new PendingRequests();
  const shutdown = new Shutdown(server, grace);
  let reached: Reached | undefined;
  let asked: Outcome['asked'] = 'no';
  const endOfInput = (): void => {
    asked = 'end of input';
    server.stdin.end();
    shutdown.afterEndOfInput();
  };
  const clientIsGone = (): void => {
    server.stdout.resume(); // the server must not wait for a reader that will not come
    endOfInput();
  };

  server.stdin.on('error', () => {}); // the server closed its stdin; what the client still says has no reader
  client.output.on('error', clientIsGone);
  client.input.on('error', endOfInput);
  client.input.on('end', endOfInput);
  if (client.input.readableEnded) endOfInput(); // it was opened while the sandbox was built, and may have ended since
  const { masks } = server;
  let lost: Finding | undefined;
  const isLost = (): boolean => {
    lost ??= masks?.lost();
    if (lost) server.kill();
    return lost !== undefined;
  };
  masks?.start(isLost);
  pump(client.input, server.stdin, (chunk) => {
    pending.clientSent(chunk);
    return !isLost();
  });
  pump(server.stdout, client.output, (chunk) => {
    if (isLost()) return false;
    pending.serverSent(chunk);
    return true;
  });
  server.stderr.on('data', (chunk: Buffer) => client.errors.write(chunk));
  server.stderr.resume(); // it was held while the sandbox was built

  // While we wait for the server to read, the end of a client that is killed stays behind what it wrote.
  const parent = process.ppid;
  const check = setInterval(() => {
    if (client.input.isPaused() && process.ppid !== parent) clientIsGone();
  }, CHECK);
  const onSignal = (signal: NodeJS.Signals): void => {
    asked = 'signal';
    shutdown.bySignal(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);

  watch({
    ...{ server, client, pending },
    end: (what) => {
      reached ??= what;
      shutdown.bySignal('SIGTERM');
    },
  });

  const { code, signal } = await server.ended;
  clearInterval(check);
  masks?.close();
  shutdown.cancel();
  for (const one of SIGNALS) process.off(one, onSignal);
  await flushed(client.output);
  return { code: code ?? 128 + numberOf(signal), asked, forced: shutdown.forced, pending: pending.ids, reached, lost };
}

/** Milliseconds. */
const CHECK = 1000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function pump(source: Readable, sink: Writable, mayPass: (chunk: Buffer) => boolean): void {
  source.on('data', (chunk: Buffer) => {
    if (!mayPass(chunk) || sink.destroyed || sink.writableEnded) return; // read on, so that the end is seen
    if (!sink.write(chunk)) source.pause();
  });
  sink.on('drain', () => source.resume());
  sink.on('close', () => source.resume());
}

/** Resolves when everything written has left us, or has no reader. */
async function flushed(output: Writable): Promise<void> {
  if (output.destroyed) return;
  await new Promise<void>((done) => {
    output.once('close', () => done());
    output.write('', () => done());
  });
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : process.getBuiltinModule('node:os').constants.signals[signal];
}
