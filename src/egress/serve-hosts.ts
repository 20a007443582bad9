import { createServer, type Socket } from 'node:net';
import { hostText } from '../match/covers-host.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import { grantsHost, oneHost } from '../plan/granted-host.ts';
import { readConnect } from '../wire/connect-request.ts';
import { dialThrough } from './dial-through.ts';
import { addressesFor, dial } from './dial.ts';
import type { Hosts } from './open-egress.ts';
import { Refusals } from './refusals.ts';
import type { Listener } from './take-listeners.ts';
import { tunnel } from './tunnel.ts';

/**
 * Serves whoever connects to the sockets of a sandbox's network: at the first place a proxy that takes CONNECT alone, at
 * the others addresses that stand for names. `say` tells a person what was refused, one line each.
 */
export function serveHosts(
  network: Hosts,
  server: string,
  say: (line: string) => void,
): (listener: Listener, place: number) => void {
  const refusals = new Refusals(say);
  const serving = { network, server, refusals };
  const open = new Set<Socket>();
  return (listener, place) => {
    const listening = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      client.on('error', () => client.destroy());
      if (open.size >= MAX_TUNNELS) {
        refusals.tell('a connection', `was refused: ${MAX_TUNNELS} are open already`);
        return void client.destroy();
      }
      open.add(client);
      client.once('close', () => open.delete(client));
      void (place === 0 ? serveConnect(client, serving) : serveDirectly(client, serving));
    });
    listening.on('error', ({ message }) => refusals.tell('the way to the network', `is closed: ${message}`));
    listening.listen(listener);
    listening.unref();
  };
}

interface Serving {
  readonly network: Hosts;
  readonly server: string;
  readonly refusals: Refusals;
}

/** Of one server at once, tunnels and whoever waits for one. */
const MAX_TUNNELS = 256;

/** By the address that it came to: each stands for one name. */
async function serveDirectly(client: Socket, { network, refusals }: Serving): Promise<void> {
  client.pause();
  const found = network.names.find(({ address, port }) => address === client.localAddress && port === client.localPort);
  if (!found) return void client.resetAndDestroy();
  const target: HostPattern = { kind: 'name', name: found.name, port: found.port };
  const name = `\`${hostText(target)}\``;
  const dialled = await reach(target, network);
  if (!('socket' in dialled)) {
    refusals.tell(name, 'refused' in dialled ? dialled.refused : dialled.failed);
    return void client.resetAndDestroy();
  }
  if (client.destroyed) return void dialled.socket.destroy();
  tunnel(client, dialled.socket, target, Buffer.alloc(0), (why) => refusals.tell(name, why));
}

async function serveConnect(client: Socket, { network, server, refusals }: Serving): Promise<void> {
  const request = await readHead(client);
  if (request === undefined) return void client.destroy();
  if (!request.ok) {
    if (request.status === 405) refusals.tell('a plain request', 'was sent to the proxy, which takes CONNECT alone');
    return answer(client, request.status, 'this proxy takes `CONNECT host:port` alone');
  }
  const { target: asked, rest } = request;
  const target = /:\d+$/.test(asked) ? oneHost(asked) : undefined;
  if (target === undefined) return answer(client, 400, 'this is no host with its port');
  const name = `\`${hostText(target)}\``;
  if (!network.rules.every((rule) => grantsHost(rule, target))) {
    const hint = `\`mcp-secure-run allow ${server} --host ${hostText(target)}\``;
    refusals.tell(name, `is granted by no entry of \`network\`; ${hint}`);
    return answer(client, 403, `the policy does not grant ${name} to this server; ask the user`);
  }
  const dialled = await reach(target, network);
  if ('refused' in dialled) {
    refusals.tell(name, dialled.refused);
    return answer(client, 403, `${name} is refused by the policy; ask the user`);
  }
  if ('failed' in dialled) return answer(client, 502, `${name} ${dialled.failed}`);
  if (client.destroyed) return void dialled.socket.destroy();
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  tunnel(client, dialled.socket, target, rest, (why) => refusals.tell(name, why));
}

/**
 * A company's proxy looks names up by itself, and is often the only way out: nothing is dialled past it. That a name of
 * `any` is a *public* host can only be judged by looking it up first.
 */
async function reach(target: HostPattern, { rules, egress }: Hosts) {
  const proxy = egress?.proxy?.value;
  if (proxy === undefined) return dial(target, rules);
  if (rules.every(({ mode }) => mode === 'list')) return dialThrough(proxy, target);
  const judged = await addressesFor(target, rules);
  return 'addresses' in judged ? dialThrough(proxy, target) : judged;
}

async function readHead(client: Socket): Promise<ReturnType<typeof readConnect>> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const settle = (request: ReturnType<typeof readConnect>): void => {
      clearTimeout(patience);
      client.off('data', onData).off('end', onEnd).off('close', onEnd).pause();
      resolve(request);
    };
    const onEnd = (): void => settle(undefined);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const request = readConnect(received);
      if (request) settle(request);
    };
    const patience = setTimeout(onEnd, PATIENCE);
    client.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}

/** Milliseconds: for the whole head. */
const PATIENCE = 10_000;

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
};

function answer(client: Socket, status: number, words: string): void {
  const body = `mcp-secure-run: ${words}\n`;
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 405 ? ['Allow: CONNECT'] : []),
    'Connection: close',
  ];
  client.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  client.setTimeout(PATIENCE, () => client.destroy());
  client.resume();
}
