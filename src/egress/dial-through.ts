import { connect } from 'node:net';
import { canonicalHost, type HostPattern } from '../match/host-pattern.ts';
import { hostText } from '../match/covers-host.ts';
import type { Dialled } from './dial.ts';

/**
 * The same through the proxy of a company network, which looks names up by itself: what a name leads to there is that
 * proxy's to judge.
 */
export async function dialThrough(proxy: string, target: HostPattern): Promise<Dialled> {
  const { hostname, port } = new URL(proxy);
  const host = canonicalHost(hostname);
  if (host === undefined) return { failed: `cannot be reached: \`egress.proxy\` names no host` };
  const socket = connect({ host, port: Number(port || 80), allowHalfOpen: true, noDelay: true });
  const name = hostText(target);
  socket.write(`CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const settle = (answer: Dialled): void => {
      clearTimeout(patience);
      socket.off('end', onEnd).off('data', onData); // an error has a listener for ever: without one it would end us
      if (!('socket' in answer)) socket.destroy();
      resolve(answer);
    };
    const patience = setTimeout(() => settle({ failed: 'does not answer through `egress.proxy`' }), PATIENCE);
    const onEnd = (): void => settle({ failed: 'cannot be reached: `egress.proxy` hung up' });
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1 && head.length <= MAX_ANSWER) return;
      const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(head.toString('latin1', 0, Math.max(end, 0))) ?? [];
      if (status === undefined || !status.startsWith('2'))
        return settle({ failed: `cannot be reached: \`egress.proxy\` says ${status ?? 'nothing that can be read'}` });
      socket.pause();
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
      settle({ socket });
    };
    socket.on('error', ({ message }) => settle({ failed: `cannot be reached: \`egress.proxy\` fails (${message})` }));
    socket.on('end', onEnd).on('data', onData);
  });
}

/** Milliseconds, and bytes. */
const PATIENCE = 30_000;
const MAX_ANSWER = 16 * 1024;
