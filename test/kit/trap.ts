import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'execa';
import { expect } from 'vitest';
import { makeArena, type Arena } from './arena.ts';
import { msr } from './command.ts';

/**
 * A policy whose server touches a file when it is started, and so tells whether anything was started. Every path that
 * starts with `/OPEN/` in the texts below is in its directory.
 */
export class Trap {
  readonly arena: Arena;
  readonly open: string;

  /** `policy` is the text of the policy, {@link ENTRY} in it as a rule. */
  constructor(policy: string = entry()) {
    this.arena = makeArena();
    this.open = this.arena.make('open', 'owned');
    this.write(policy);
  }

  write(policy: string): void {
    writeFileSync(this.arena.home.policy, this.fill(policy));
  }

  fill(text: string): string {
    return text.replaceAll('/OPEN', this.open);
  }

  get isSprung(): boolean {
    return existsSync(join(this.open, 'touched'));
  }

  reset(): void {
    rmSync(join(this.open, 'touched'), { force: true });
  }

  /**
   * Runs the command, as a client does that asks for something at once, and squeezes what comes of it into a few words:
   * `126 env-loader at 7:10`, or `started` and the code. It sees to it that the client is told the same.
   */
  async outcome(args: readonly string[] = ['run', 'trap'], options: Options & { env?: Record<string, string> } = {}) {
    const { stdout, stderr, exitCode } = await msr(this.arena.home, args, {
      input: REQUEST,
      timeout: 20_000,
      ...options,
    });
    const said = String(stderr);
    if (said.length > 60_000) throw new Error(`a refusal of ${said.length} characters`);
    if (this.isSprung) return { is: `started, ${exitCode}`, stderr: said };

    const findings = [...said.matchAll(/error\[([a-z-]+)\]/g)].map((match) => match[1]);
    const places = [...said.matchAll(/--> \S+?:(\d+:\d+)$/gm)].map((match) => match[1]);
    const [answer, ...more] = String(stdout).trim().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(answer ?? '')).toMatchObject({
      id: 1,
      error: { code: exitCode, data: { source: 'mcp-secure-run', ident: findings[0] } },
    });
    expect(said.trimEnd().split('\n').at(-1)).toBe(
      `mcp-secure-run: nothing was started; exit code ${exitCode} is mcp-secure-run’s`,
    );
    const at = places.length > 0 ? ` at ${places.join(', ')}` : '';
    return { is: `${exitCode} ${findings.join(', ')}${at}`, stderr: said };
  }
}

/** The entry of the server that touches, six lines of it, and whatever is to follow. */
export function entry(...more: readonly string[]): string {
  return `${[...ENTRY, ...more].join('\n')}\n`;
}

const ENTRY = [
  'version: 1',
  'servers:',
  '  trap:',
  '    command: touch',
  '    args: [/OPEN/touched]',
  '    files: { write: [/OPEN] }',
];

const REQUEST = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })}\n`;
