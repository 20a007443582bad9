import { chmodSync } from 'node:fs';
import { msr } from './command.ts';
import { makeHome, type Home } from './home.ts';

/** A home that the account of the servers may enter. */
export function homeOf(policy: string): Home {
  const home = makeHome(policy);
  chmodSync(home.directory, 0o755);
  return home;
}

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

/** Runs `check` in a pipe. What it says of the machine’s bubblewrap is left out: it is the policy that is looked at. */
export async function check(policy: string | Home, words: readonly string[] = [], env: Record<string, string> = {}) {
  const home = typeof policy === 'string' ? homeOf(policy) : policy;
  const { stdout, stderr, exitCode } = await msr(home, ['check', ...words], { env, stripFinalNewline: false });
  return withoutMachine({ stdout: String(stdout), stderr: String(stderr), code: exitCode }, home);
}

function withoutMachine({ stdout, stderr, code }: Said, home: Home): Said {
  const blocks = stderr.split(/(?<=\n)\n/);
  const kept = blocks.filter((block) => !block.startsWith('warning[sandbox-'));
  const count = (_: string, all: string): string => plural(Number(all) - (blocks.length - kept.length));
  const neutral = (text: string): string => text.replaceAll(home.directory, '/home/ann');
  return { stdout: neutral(stdout.replace(/(\d+) warnings?/, count)), stderr: neutral(kept.join('\n')), code };
}

const plural = (warnings: number): string => `${warnings} warning${warnings === 1 ? '' : 's'}`;
