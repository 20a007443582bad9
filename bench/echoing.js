/**
 * Sends messages to a process that sends every byte back, so many of them under way at once.
 *
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @param {Buffer} message
 * @param {{ readonly count: number, readonly underWay: number }} howMany
 * @returns {Promise<number[]>} When each had come back whole, in milliseconds.
 */
export function echo(child, message, { count, underWay }) {
  return new Promise((resolve, reject) => {
    /** @type {number[]} */
    const times = [];
    let sent = 0;
    let received = 0;
    const send = () => {
      for (; sent < count && sent - times.length < underWay; sent += 1) child.stdin.write(message);
    };
    const onData = (/** @type {Buffer} */ chunk) => {
      received += chunk.length;
      const now = performance.now();
      while (times.length < Math.floor(received / message.length)) times.push(now);
      if (times.length < count) return send();
      child.stdout.off('data', onData);
      child.off('close', onClose);
      resolve(times);
    };
    const onClose = () => reject(new Error('the process ended before it had sent everything back'));
    child.stdout.on('data', onData);
    child.once('close', onClose);
    send();
  });
}
