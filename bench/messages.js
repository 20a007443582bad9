/** The first thing that a client says. */
export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } },
});

/** A message that is sound in both directions, for servers that send back what they were sent. */
export const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

/** @param {string} line */
export function isPing(line) {
  return line === PING;
}

/**
 * A notification of exactly so many bytes, its line's end among them; sound in both directions.
 *
 * @param {number} bytes
 */
export function notificationOf(bytes) {
  return notification('x'.repeat(bytes - notification('').length));
}

/** @param {string} message */
function notification(message) {
  const params = { progressToken: 1, progress: 1, message };
  return `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n`;
}
