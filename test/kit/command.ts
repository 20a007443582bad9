import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';
import type { Home } from './home.ts';

/** The repository, and the built command in it. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const COMMAND = `${REPOSITORY}/bin/mcp-secure-run.js`;

/** What a client of the SDKs gives a server by itself, and where our own files are. */
export function clientEnv(home: Home, extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home.directory,
    MCP_SECURE_RUN_HOME: home.directory,
    NO_COLOR: '1',
    ...extra,
  };
}

/** Runs the command to its end. Never throws for an exit code. */
export async function msr(
  home: Home,
  args: readonly string[],
  options: Options & { env?: Record<string, string> } = {},
) {
  const { env, ...rest } = options;
  return execa(process.execPath, [COMMAND, ...args], {
    input: '',
    reject: false,
    extendEnv: false,
    env: clientEnv(home, env),
    cwd: '/',
    ...rest,
  });
}

/** Starts the command and leaves its pipes to the test. */
export function startMsr(
  home: Home,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [COMMAND, ...args], { env: clientEnv(home, env), cwd: '/', stdio: 'pipe' });
}
