import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serverAccount } from '../kit/account.ts';
import type { Arena } from '../kit/arena.ts';
import { describeAttacks, expectGot, expectHeld, stage, type Attack } from '../kit/attack.ts';

/** A process of the account that servers run under. Its word, on its command line, is nowhere else on this machine. */
async function startVictim() {
  const word = `victim-${randomUUID()}`;
  const child = spawn('/bin/sh', ['-c', 'echo ready; read -r _', word], { ...serverAccount, cwd: '/' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0, word, ended: once(child, 'exit') };
}

const halves = (text: string): string[] => [text.slice(0, 10), text.slice(10)];

const finding = (word: string) => (): Attack => ({ script: 'find-process.mjs', args: halves(word) });

describe('a server that looks for other processes', () => {
  test('finds one of its account without the sandbox, or this test proves nothing', async () => {
    const { word } = await startVictim();
    expectGot(await stage(finding(word)).outside());
  });

  test('finds its own alone inside', async () => {
    const { word } = await startVictim();
    // bubblewrap's init and the server; it makes no difference to the server whether there are more of its own.
    expectHeld(await stage(finding(word)).inside(), /^not among [234] processes$/);
  });

  test('finds the launcher without the sandbox, and not inside', async () => {
    const launcher = 'mcp-secure-run.js';
    expectGot(await stage(finding(launcher)).outside());
    expectHeld(await stage(finding(launcher)).inside(), /^not among [234] processes$/);
  });
});

const killing = (pid: number) => (): Attack => ({ script: 'kill.mjs', args: [String(pid)] });

describe('a server that kills another process of its account', () => {
  test('succeeds without the sandbox, or this test proves nothing', async () => {
    const victim = await startVictim();
    await stage(killing(victim.pid)).outside();
    expect(await victim.ended).toEqual([null, 'SIGKILL']);
  });

  test('does not reach it from inside', async () => {
    const victim = await startVictim();
    const { exitCode } = await stage(killing(victim.pid)).inside();
    expect([victim.child.exitCode, victim.child.signalCode]).toEqual([null, null]);
    expect(exitCode).toBe(0);
    victim.child.stdin.end('\n');
    expect(await victim.ended).toEqual([0, null]);
  });
});

describeAttacks([
  {
    title: 'becomes root by a program of the system',
    arrange: () => ({ script: 'become-root.mjs' }),
    by: /^effective 1000$/,
  },
  {
    title: 'keeps a capability, or the way to one',
    arrange: () => ({ script: 'keep-rights.mjs' }),
    by: /^no capability, no new privileges$/,
  },
]);

test('the server’s account inside is no account of the machine, and in no group', async () => {
  const { said } = await stage((_arena: Arena) => ({
    script: 'read.mjs',
    args: ['/proc/self/status', 'Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n'],
  })).inside();
  expect(said).toBe('GOT');
});
