/** What a client asks of a proxy, or why it is none of ours; undefined while its head is not whole. */
export type ConnectRequest =
  | { readonly ok: true; readonly target: string; readonly rest: Buffer }
  | { readonly ok: false; readonly status: 400 | 405 | 431 };

/** A head longer than this is refused. Bytes; Node.js takes as many by itself. */
export const MAX_HEAD = 16 * 1024;

/**
 * Reads the head of `CONNECT host:port HTTP/1.1` (RFC 9110 §9.3.6) from all that was received so far. What stands in
 * its fields is not looked at, for nothing of it goes on: a head that two parsers could read differently has no second one.
 */
export function readConnect(received: Buffer): ConnectRequest | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end > MAX_HEAD || (end === -1 && received.length > MAX_HEAD)) return { ok: false, status: 431 };
  if (end === -1) return undefined;
  const [line = ''] = received.toString('latin1', 0, end).split('\r\n', 1);
  const [, method, target] = /^([!-~]+) ([!-~]+) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (method === undefined || target === undefined) return { ok: false, status: 400 };
  if (method !== 'CONNECT') return { ok: false, status: 405 };
  return { ok: true, target, rest: received.subarray(end + 4) };
}
