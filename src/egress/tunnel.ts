import type { Socket } from 'node:net';
import { canonicalHost, type HostPattern } from '../match/host-pattern.ts';
import { readBeginning } from '../wire/client-hello.ts';

/** The rest of a sentence that begins with the host. */
export type OnRefused = (why: string) => void;

/**
 * Carries bytes both ways. What a client sends first is looked at before any of it goes on: to a name on 443 it is the
 * beginning of TLS, and wherever it is, the name in it is the one that was asked for. Otherwise a name that is granted
 * would be the way to another one behind the same address (domain fronting).
 */
export function tunnel(
  client: Socket,
  upstream: Socket,
  target: HostPattern,
  first: Buffer,
  onRefused: OnRefused,
): void {
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) {
    socket.on('error', end);
    socket.setTimeout(IDLE, end);
  }
  // What is on its way still arrives; whoever does not take it has a while.
  client.on('close', () => upstream.end().setTimeout(PATIENCE, end));
  upstream.on('close', () => client.end().setTimeout(PATIENCE, end));
  upstream.pipe(client);
  if (target.kind === 'address') return forward(client, upstream, first);

  let received = first;
  const look = (): void => {
    const beginning = readBeginning(received);
    if (beginning === undefined) return;
    client.off('data', onData).pause();
    clearTimeout(patience);
    const why = whyNot(beginning, target);
    if (why === undefined) return forward(client, upstream, received);
    onRefused(why);
    end();
  };
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    look();
  };
  // A protocol in which the server speaks first may stay silent for long; a half sent beginning may not.
  const patience = setTimeout(() => received.length > 0 && end(), PATIENCE);
  client.once('close', () => clearTimeout(patience));
  client.on('data', onData).resume();
  look();
}

function forward(client: Socket, upstream: Socket, first: Buffer): void {
  if (first.length > 0) upstream.write(first);
  client.pipe(upstream);
}

function whyNot(
  beginning: NonNullable<ReturnType<typeof readBeginning>>,
  { name, port }: HostPattern,
): string | undefined {
  if (beginning.kind === 'broken') return 'was sent a beginning of TLS that cannot be read';
  const isForTls = port === 443;
  if (beginning.kind === 'other') return isForTls ? 'was sent something else than TLS' : undefined;
  const { serverName } = beginning;
  if (serverName === undefined) return isForTls ? 'was sent TLS that names no host' : undefined;
  return canonicalHost(serverName) === name ? undefined : 'was sent TLS that names another host';
}

/** Milliseconds. */
const IDLE = 30 * 60_000;
const PATIENCE = 15_000;
