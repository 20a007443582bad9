import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { clientEnv, COMMAND, startMsr } from './command.ts';
import type { Home } from './home.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started command, spoken to in lines. Gone with the test that started it. */
export class Session {
  readonly child: ChildProcessWithoutNullStreams;
  /** When it is gone and all that it wrote is read. */
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => {}); // it ended before it had read all: the test looks at its end
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  send(...messages: readonly object[]): void {
    this.child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  /** The messages on stdout so far. Throws when there is anything else. */
  get messages(): unknown[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
  }

  /** The last line of stderr. */
  get lastWords(): string {
    return this.stderr.trimEnd().split('\n').at(-1) ?? '';
  }
}

export function startSession(home: Home, args: readonly string[], env: Record<string, string> = {}): Session {
  return new Session(startMsr(home, args, env));
}

/** The same below a limit of the shell's, `-n 30` for one. */
export function startLimited(limit: string, home: Home, args: readonly string[]): Session {
  const script = `ulimit ${limit} && exec "$@"`;
  const words = ['-c', script, 'sh', process.execPath, COMMAND, ...args];
  return new Session(spawn('/bin/sh', words, { env: clientEnv(home), cwd: '/', stdio: 'pipe' }));
}
