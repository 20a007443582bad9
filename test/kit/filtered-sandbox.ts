import { lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { serverAccount } from './account.ts';

export interface Outcome {
  readonly said: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/**
 * A command in a sandbox made by bubblewrap alone, under the account of servers, with this filter or with none: the
 * system and Node.js to be read, namespaces of its own, and `/tmp` to work in.
 */
export async function runFiltered(
  command: readonly string[],
  options: { readonly filter: Uint8Array | undefined; readonly more?: readonly string[] },
): Promise<Outcome> {
  const { filter, more = [] } = options;
  const args = [...SANDBOX, ...more, ...(filter ? ['--seccomp', '3'] : []), ...command];
  const { stdout, stderr, exitCode } = await execa('/usr/bin/bwrap', args, {
    ...serverAccount,
    cwd: '/',
    env: ENVIRONMENT,
    extendEnv: false,
    reject: false,
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe', ...(filter ? [filter] : [])],
  });
  return { said: stdout.trim(), stderr, exitCode };
}

const NODE_DIRECTORY = dirname(process.execPath);
const ENVIRONMENT = { PATH: `${NODE_DIRECTORY}:/usr/bin:/bin`, HOME: '/tmp', LANG: 'C.UTF-8' };

const SANDBOX = [
  ...['--die-with-parent', '--new-session', '--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc'],
  ...['--unshare-uts', '--proc', '/proc', '--tmpfs', '/tmp', '--chdir', '/tmp', '--ro-bind', '/usr', '/usr'],
  ...['/bin', '/lib', '/lib64'].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return [];
    return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  }),
  // With npm, which lies beside it.
  ...(process.execPath.startsWith('/usr/') ? [] : ['--ro-bind', dirname(NODE_DIRECTORY), dirname(NODE_DIRECTORY)]),
];
