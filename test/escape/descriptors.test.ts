import { execa } from 'execa';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CANARY } from '../kit/arena.ts';
import { expectGot, expectHeld, stage, type Attack, type Staged } from '../kit/attack.ts';
import { clientEnv, COMMAND } from '../kit/command.ts';

// Without a sandbox, too, the launcher passes on none of these; so it is compared with a start without a launcher.

const usingDescriptors = (): Attack => ({ script: 'use-descriptors.mjs', args: [CANARY] });

describe.each([
  ['file', 7, (staged: Staged) => staged.arena.canary],
  ['file', 40, (staged: Staged) => staged.arena.canary],
  ['directory', 7, (staged: Staged) => staged.arena.directory],
  ['directory', 40, (staged: Staged) => staged.arena.directory],
])('a server that uses a %s which the client left open as descriptor %i', (_kind, number, what) => {
  test('succeeds where nobody wraps it, or this test proves nothing', async () => {
    const staged = stage(usingDescriptors);
    expectGot(await staged.plainly(leaving(what(staged), number)));
  });

  test.each(['inside', 'outside'] as const)('has nothing under the launcher (%s)', async (way) => {
    const staged = stage(usingDescriptors);
    expectHeld(await staged[way](leaving(what(staged), number)), /^nothing is open$/);
  });
});

/** As a client does that does not close what it has open. */
function leaving(path: string, number: number) {
  const descriptor = openSync(path, 'r');
  onTestFinished(() => closeSync(descriptor));
  const between = Array.from({ length: number - 3 }, () => 'ignore' as const);
  return { stdio: ['pipe', 'pipe', 'pipe', ...between, descriptor] as const } as never;
}

const usingStreams = (): Attack => ({ script: 'use-streams.mjs' });

describe('a server whose standard streams are files of the client', () => {
  test('can open them anew, for writing, where nobody wraps it, or this test proves nothing', async () => {
    const { staged, files, stdio } = lend();
    await staged.plainly({ stdio } as never);
    // What the first held is gone, and what was said to the second came after it had been emptied.
    expect([readFileSync(files.input, 'utf8'), readFileSync(files.errors, 'utf8')]).toEqual(['', '']);
    expect(readFileSync(files.output, 'utf8')).toBe('GOT GOT GOT\n');
  });

  test.each(['inside', 'outside'] as const)('has pipes of ours under the launcher (%s)', async (way) => {
    const { staged, files, stdio } = lend();
    await staged[way]({ stdio } as never);
    expect(readFileSync(files.input, 'utf8')).toBe(BEFORE);
    expect(readFileSync(files.output, 'utf8')).toBe(`${BEFORE}ENXIO ENXIO ENXIO\n`);
    expect(readFileSync(files.errors, 'utf8')).toContain(BEFORE);
  });

  const BEFORE = 'this was there before\n';

  /** Lent to be read, and to be appended to. */
  function lend() {
    const staged = stage(usingStreams);
    const [input, output, errors] = ['input', 'output', 'errors'].map((name) => staged.arena.plant(name, BEFORE));
    if (input === undefined || output === undefined || errors === undefined) throw new Error('three were asked for');
    const stdio = [openSync(input, 'r'), openSync(output, 'a'), openSync(errors, 'a')];
    onTestFinished(() => stdio.forEach((descriptor) => closeSync(descriptor)));
    return { staged, files: { input, output, errors }, stdio };
  }
});

const openingTerminal = (): Attack => ({ script: 'open-terminal.mjs' });

// TIOCSTI itself cannot be shown to work: since Linux 6.2 it is off. It takes a controlling terminal, so that is what
// must be out of reach; script(1) gives the launcher one.
describe('a server that opens the terminal that it was started from', () => {
  test('succeeds where nobody wraps it, or this test proves nothing', async () => {
    const staged = stage(openingTerminal);
    expect(await atTerminal(staged, [staged.script])).toContain('GOT');
  });

  test.each(['inside', 'outside'])('is stopped by the launcher (%s)', async (id) => {
    const said = await atTerminal(stage(openingTerminal), [COMMAND, 'run', id]);
    expect(said).toMatch(/^ENXIO\r?$/m);
    expect(said).not.toContain('GOT');
  });
});

async function atTerminal({ arena }: Staged, args: readonly string[]): Promise<string> {
  const start = arena.at('start.sh');
  const words = [process.execPath, ...args].map((word) => `'${word}'`);
  writeFileSync(start, `exec ${words.join(' ')}\n`);
  const { stdout } = await execa('script', ['--quiet', '--command', `sh ${start}`, '/dev/null'], {
    env: clientEnv(arena.home),
    extendEnv: false,
    reject: false,
    timeout: 20_000,
  });
  return stdout;
}
