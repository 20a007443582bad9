import { spawn } from 'node:child_process';

/** A socket that listens in the network of a sandbox, as Node.js hands it over. */
export type Listener = object;

/**
 * Has the native helper listen inside the network of a sandbox, and takes the sockets from there: nothing of ours runs
 * inside, and no port is opened on the machine. `places` are loopback addresses there, `127.0.0.1:3128`. Answers what
 * the helper says where it fails.
 */
export async function takeListeners(
  helper: string,
  pid: number,
  places: readonly string[],
  account: { readonly uid: number; readonly gid: number } | undefined,
): Promise<readonly Listener[] | string> {
  const child = spawn(helper, ['listen', String(pid), ...places.map(asHelperReads)], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...account,
  });
  const taken: Listener[] = [];
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => void (words += chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('message', (_message, handle) => {
      if (handle) taken.push(handle);
      if (taken.length === places.length) resolve(taken);
    });
    // It takes a millisecond for each: the client must not wait for one that hangs.
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.once('close', () => clearTimeout(patience));
    child.once('close', () =>
      resolve(words.trim().replace(/^mcp-secure-run: /, '') || 'the helper ended before it had listened'),
    );
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
