import { isRoot } from './account.ts';
import type { Start } from './sdk-client.ts';

/** The same program in a network namespace of its own, where there is nothing: not even what the machine itself has. */
export function withoutNetwork({ command, args, env }: Start): Start {
  const own = isRoot ? ['--net'] : ['--user', '--map-current-user', '--net'];
  return { command: 'unshare', args: [...own, '--', command, ...args], env };
}
