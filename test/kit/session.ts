import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { startMsr } from './command.ts';
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

  constructor(home: Home, args: readonly string[], env: Record<string, string> = {}) {
    this.child = startMsr(home, args, env);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child.stdin.on('error', () => {}); // it ended before it had read all: the test looks at its end
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }) as Ending);
    onTestFinished(() => void this.child.kill('SIGKILL'));
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
