import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { ownHome } from './account.ts';
import { COMMAND } from './command.ts';
import type { Home } from './home.ts';
import type { Registry } from './registry.ts';

/** What `lock` came to, on a machine of its own. */
export interface Locked {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts `lock` where the home of the account is a directory of the test, so that its npmrc leads to a registry of the
 * test, and where `mounts` were made by mount(8). Takes root.
 */
export function startLock(home: Home, registry: Registry, mounts: readonly string[] = []) {
  const account = `${home.directory}/account`;
  const project = `${home.directory}/project`;
  for (const directory of [account, project, `${home.directory}/data`]) mkdirSync(directory, { recursive: true });
  for (const directory of [home.directory, account]) chmodSync(directory, 0o755);
  const cafile = home.write('account/ca.pem', registry.ca);
  const { host } = new URL(registry.address);
  const npmrc = [
    `registry=${registry.address}`,
    `cafile=${cafile}`,
    `//${host}/:_authToken=canary-of-the-one`,
    '//other.example/:_authToken=canary-of-the-other',
  ];
  home.write('account/.npmrc', `${npmrc.join('\n')}\n`);
  home.write('project/.npmrc', `registry=https://evil.example/\n//${host}/:_authToken=canary-of-the-project\n`);
  const script = [`mount --bind "$1" "$2"`, ...mounts, 'shift 2', 'exec "$@"'].join(' && ');
  const words = ['--mount', 'sh', '-c', script, 'sh', account, ownHome, process.execPath, COMMAND, 'lock'];
  const child = spawn('unshare', words, {
    cwd: project,
    env: { PATH: process.env.PATH ?? '', HOME: project, MCP_SECURE_RUN_HOME: home.directory, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = once(child, 'close').then(([exitCode, signal]): Locked => {
    const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
    return { exitCode: exitCode as Locked['exitCode'], signal: signal as Locked['signal'], stdout, stderr };
  });
  return { child, ended };
}
