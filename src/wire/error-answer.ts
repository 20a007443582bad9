import type { Id } from './envelope.ts';

/** Why a request is not served, as the client shows it. */
export interface Refusal {
  /** The exit code: outside the range that JSON-RPC reserves. */
  readonly code: number;
  /** One plain sentence with the fix. */
  readonly message: string;
  readonly ident: string;
  readonly hint: string;
}

/** A JSON-RPC error response as one line, newline included. */
export function errorAnswer(id: Id, { code, message, ident, hint }: Refusal): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: { source: 'mcp-secure-run', ident, hint } } })}\n`;
}
