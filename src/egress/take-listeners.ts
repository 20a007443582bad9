import { spawn } from 'node:child_process';

/** A socket that listens in the network of a sandbox, as Node.js hands it over. */
export type Listener = object;

/** Gives what listens at each place, in their order, in the network of this process; answers why nothing does, in words. */
export type TakeListeners = (
  pid: number,
  onListener: (listener: Listener, place: number) => void,
) => Promise<string | undefined>;

/**
 * Has the native helper listen inside the network of a sandbox, and takes the sockets from there: nothing of ours runs
 * inside, and no port is opened on the machine. `places` are loopback addresses there, `127.0.0.1:3128`.
 *
 * The helper starts at once, for a start takes Node.js longer than all that the helper does, and waits to be told a
 * process of the sandbox. With the first socket in hand all of them listen: whoever connects now is served a moment
 * later, and the server need not wait for that.
 */
export function takeListeners(
  helper: string,
  places: readonly string[],
  account: { readonly uid: number; readonly gid: number } | undefined,
): TakeListeners {
  const child = spawn(helper, ['listen', ...places.map(asHelperReads)], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...account,
  });
  // A sandbox that never stands must not keep us; the helper ends with us.
  child.unref();
  child.channel?.unref();
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => void (words += chunk.toString()));
  const failed = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', () =>
      resolve(words.trim().replace(/^mcp-secure-run: /, '') || 'the helper ended before it had listened'),
    );
  });
  return async (pid, onListener) => {
    const listening = new Promise<undefined>((resolve) => {
      let taken = 0;
      child.on('message', (_message, handle) => {
        // What waits for this goes on first.
        if (handle) setImmediate(onListener, handle, taken++);
        resolve(undefined);
      });
    });
    // It takes a millisecond for each: the client must not wait for one that hangs.
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    void failed.then(() => clearTimeout(patience));
    child.send(pid, () => {}); // one that is gone has said why
    return Promise.race([listening, failed]);
  };
}

/** Milliseconds. */
const PATIENCE = 10_000;

/** `127.0.0.1:3128` → `7f000001:3128` */
function asHelperReads(place: string): string {
  const [address = '', port = ''] = place.split(':');
  return `${address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')}:${port}`;
}
