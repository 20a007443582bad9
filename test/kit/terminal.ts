import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { clientEnv, COMMAND } from './command.ts';
import type { Home } from './home.ts';

interface Person {
  /** What the person types, once it shows `when`; at once, where that is not said. */
  readonly typed?: string;
  readonly when?: string;
  readonly env?: Record<string, string>;
}

/** Runs the command at a terminal of 80 columns, of script(1): what it shows, without the CR of each line, and its code. */
export async function atTerminal(
  home: Home,
  words: readonly string[],
  { typed = '', when = '', env = {} }: Person = {},
): Promise<{ shown: string; code: number | null }> {
  const { NO_COLOR: _, ...variables } = clientEnv(home, { TERM: 'xterm', SHELL: '/bin/sh' });
  const line = ['stty cols 80;', 'exec', process.execPath, COMMAND, ...words].join(' ');
  const person = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { ...variables, ...env },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void person.kill('SIGKILL'));
  let shown = '';
  let left = typed;
  const type = (): void => {
    if (left === '' || !shown.includes(when)) return;
    person.stdin.write(left);
    left = '';
  };
  type();
  person.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    type();
  });
  const [code] = (await once(person, 'close')) as [number | null];
  return { shown: shown.replaceAll('\r', ''), code };
}
