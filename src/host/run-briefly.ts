import { spawnSync } from 'node:child_process';

/** The account to run under, where it is another than ours. */
export interface Credentials {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Ran {
  /** Undefined where it did not start, was ended by a signal, or took too long. */
  readonly code: number | undefined;
  readonly output: string;
  /** What it said to stderr, or the system’s reason why it did not start. */
  readonly errors: string;
}

/** Runs a file of the system by its path, with no environment but what is given, and for a few seconds at most. */
export function runBriefly(
  file: string,
  args: readonly string[],
  credentials: Credentials,
  env: Readonly<Record<string, string>> = {},
): Ran {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    ...credentials,
    env,
    cwd: '/',
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    maxBuffer: 1024 * 1024,
  });
  return { code: status ?? undefined, output: stdout ?? '', errors: error?.message ?? stderr ?? '' };
}

/** Milliseconds. What is asked here takes some 6. */
const PATIENCE = 3000;
