import { spawn } from 'node:child_process';

/** A socket that listens in the network of a sandbox, as Node.js hands it over. */
export type Listener = object;

/**
 * Has the native helper listen inside the network of a sandbox, and takes the sockets from there: nothing of ours runs
 * inside, and no port is opened on the machine. `bubblewrap` is the process that builds it: the helper waits for the
 * network, which is the first thing there, and all this is done when the rest is. `places` are loopback addresses,
 * `127.0.0.1:3128`, and `onListener` is given what listens at each, in their order. Answers why nothing does, in words.
 *
 * With the first socket in hand all of them listen: whoever connects now is served a moment later, and the server need
 * not wait for that. `onLost` is told why the others never came.
 */
export async function takeListeners(
  helper: string,
  bubblewrap: number,
  places: readonly string[],
  account: { readonly uid: number; readonly gid: number } | undefined,
  onListener: (listener: Listener, place: number) => void,
  onLost: (why: string) => void,
): Promise<string | undefined> {
  const child = spawn(helper, ['listen', String(bubblewrap), ...places.map(asHelperReads)], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...account,
  });
  // A sandbox that never stands must not keep us; the helper ends with us.
  child.unref();
  child.channel?.unref();
  let [words, taken] = ['', 0];
  child.stderr?.on('data', (chunk: Buffer) => void (words += chunk.toString()));
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.on('message', (_message, handle) => {
      // What waits for this goes on first.
      if (handle) setImmediate(onListener, handle, taken++);
      resolve(undefined);
    });
    // The client must not wait for one that hangs.
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.once('close', () => {
      clearTimeout(patience);
      const why = words.trim().replace(/^mcp-secure-run: /, '') || 'the helper ended before its work was done';
      resolve(why);
      if (taken > 0 && taken < places.length) onLost(why);
    });
  });
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
