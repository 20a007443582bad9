import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';
import type { Scene } from '../attack/attack.ts';
import type { Credentials } from '../host/run-briefly.ts';
import type { Cleanup } from './cleanup.ts';

/** Something that listens and answers nothing; its port, where it has one. */
export async function listen(options: ListenOptions, cleanup: Cleanup): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).destroy());
  cleanup.add(() => server.close());
  server.listen(options);
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  if (options.path?.startsWith('/')) chmodSync(options.path, 0o777);
  return 0;
}

/** A process of the account that servers have: it waits, and ends with us. */
export async function startNeighbour(servers: Credentials, cleanup: Cleanup): Promise<Scene['neighbour']> {
  const [text, secret] = [`neighbour-${randomUUID()}`, `secret ${randomUUID()}`];
  const child = spawn('/bin/sh', ['-c', 'echo; read -r _', text], {
    ...servers,
    cwd: '/',
    env: { SECRET: secret },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  cleanup.add(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  return { pid: child.pid ?? 0, text, secret };
}
