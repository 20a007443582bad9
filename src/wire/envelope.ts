import type { Line } from './lines.ts';

export type Id = string | number;

/** What a message is to the one who waits for answers. */
export type Envelope =
  | { readonly kind: 'request'; readonly id: Id; readonly method: string }
  | { readonly kind: 'response'; readonly id: Id }
  /** A request that the client waits for no longer: it is not answered. */
  | { readonly kind: 'cancellation'; readonly id: Id }
  | { readonly kind: 'other' };

/** The messages on a line: one, or each of a batch; undefined when that cannot be told. Nothing is decided by it. */
export function readEnvelopes(line: Line): readonly Envelope[] | undefined {
  if (!('whole' in line)) {
    const envelope = guess(line.head.toString(), line.tail.toString());
    return envelope && [envelope];
  }
  const text = line.whole.toString();
  if (text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map(envelopeOf);
  } catch {
    return [{ kind: 'other' }]; // not a message: stdout noise, or a line for the server to refuse
  }
}

function envelopeOf(value: unknown): Envelope {
  if (typeof value !== 'object' || value === null) return { kind: 'other' };
  const id = 'id' in value ? value.id : undefined;
  const method = 'method' in value ? value.method : undefined;
  if (method === 'notifications/cancelled') return cancellation('params' in value ? value.params : undefined);
  if (!isId(id)) return { kind: 'other' };
  if (typeof method === 'string') return { kind: 'request', id, method };
  return 'result' in value || 'error' in value ? { kind: 'response', id } : { kind: 'other' };
}

function cancellation(params: unknown): Envelope {
  const id = typeof params === 'object' && params !== null && 'requestId' in params ? params.requestId : undefined;
  return isId(id) ? { kind: 'cancellation', id } : { kind: 'other' };
}

function isId(id: unknown): id is Id {
  return typeof id === 'string' || typeof id === 'number';
}

/**
 * Long messages are not parsed only to learn their id. Serialisers write it among the first members or as the last
 * one; a line of another build is not guessed at.
 */
function guess(head: string, tail: string): Envelope | undefined {
  if (/^\{(?:"jsonrpc":"2\.0",)?"method":"notifications\//.test(head)) return { kind: 'other' };
  const written =
    /^\{"jsonrpc":"2\.0","id":("[^"\\]*"|-?\d+),/.exec(head)?.[1] ??
    /[}\]"\w],(?:"jsonrpc":"2\.0",)?"id":("[^"\\]*"|-?\d+)\}\s*$/.exec(tail)?.[1];
  if (written === undefined) return undefined;
  const id = written.startsWith('"') ? written.slice(1, -1) : Number(written);
  const method = /^\{(?:"jsonrpc":"2\.0",)?(?:"id":[^,]*,)?"method":"([^"\\]*)"/.exec(head)?.[1];
  return method === undefined ? { kind: 'response', id } : { kind: 'request', id, method };
}
