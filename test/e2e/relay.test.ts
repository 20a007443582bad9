import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cutAnywhere, digestOf, longMessage, randomLines, readDigest, writePieces } from '../kit/byte-stream.ts';
import { clientEnv, COMMAND, msr, startMsr } from '../kit/command.ts';
import { markedServer } from '../kit/marked-server.ts';
import { PeakMemory } from '../kit/peak-memory.ts';
import { processesWith } from '../kit/processes.js';
import { within } from '../kit/within.ts';

const MEGABYTE = 1024 * 1024;

function start(file: string, ...args: readonly string[]) {
  return startAt(markedServer(file, args));
}

/** With the policy compiled before, as at every start but the first: the compiler would be the most of its memory. */
async function startWarm(file: string, ...args: readonly string[]) {
  const server = markedServer(file, args);
  await msr(server.home, ['check', server.marker]);
  return startAt(server);
}

function startAt({ home, marker }: ReturnType<typeof markedServer>) {
  const child = startMsr(home, ['run', marker]);
  child.stdin.on('error', () => {}); // some servers end, or never read: the tests look at what comes of it
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0, marker, closed: once(child, 'close').then(([code]) => Number(code)) };
}

describe.each([
  ['a message of 32 MB', () => [longMessage(32 * MEGABYTE)]],
  ['60 MB of lines from 1 byte to 1.5 MB, cut anywhere,', () => cutAnywhere(randomLines(60 * MEGABYTE))],
])('%s comes back byte for byte', (_title, pieces) => {
  test.each([
    ['at once', 0],
    ['with a rest after each chunk', 2],
  ])('to a client that reads %s', { timeout: 60_000 }, async (_reader, rest) => {
    const sent = pieces();
    const { child, closed } = start('echo.mjs');
    child.stderr.resume();
    const [received] = await Promise.all([readDigest(child.stdout, rest), writePieces(child.stdin, sent)]);
    expect(received).toEqual(digestOf(...sent));
    expect(await closed).toBe(0);
  });
});

test.each([
  ['files', 'exec "$2" "$3" run "$4" < "$1" > "$5"'],
  ['pipes of a shell', 'cat "$1" | "$2" "$3" run "$4" | cat > "$5"'],
])('bytes come back where stdin and stdout are %s', async (_title, script) => {
  const { home, marker } = markedServer('echo.mjs');
  const [input, output] = [join(home.directory, 'input'), join(home.directory, 'output')];
  const bytes = randomLines(8 * MEGABYTE);
  writeFileSync(input, bytes);
  const args = ['-c', script, 'sh', input, process.execPath, COMMAND, marker, output];
  const shell = spawn('/bin/sh', args, { stdio: ['ignore', 'ignore', 'ignore'], env: clientEnv(home), cwd: '/' });
  expect(await once(shell, 'close')).toEqual([0, null]);
  expect(digestOf(readFileSync(output))).toEqual(digestOf(bytes));
});

test('10 MB that a server writes just before it exits arrive whole, 20 times of 20', { timeout: 60_000 }, async () => {
  const expected = digestOf(...flood(10));
  for (let run = 0; run < 20; run += 1) {
    const { child, closed } = start('flood.mjs', '10', '7');
    child.stderr.resume();
    // Every other time to a client that rests: then there is still something to write when the server is gone.
    expect(await readDigest(child.stdout, run % 2)).toEqual(expected);
    expect(await closed).toBe(7);
  }
});

test(
  'a server floods a client that does not read: it is held back, and nothing is lost',
  { timeout: 60_000 },
  async () => {
    const { child, pid, closed } = await startWarm('flood.mjs', '200', '0');
    const peak = new PeakMemory(pid);
    child.stderr.resume();
    await pass(2000);
    expect(await readDigest(child.stdout)).toEqual(digestOf(...flood(200)));
    expect(await closed).toBe(0);
    expect(peak.bytes).toBeGreaterThan(MEGABYTE);
    expect(peak.bytes).toBeLessThanOrEqual(100 * MEGABYTE);
  },
);

test('a server that never reads holds its client back', async () => {
  const { child } = start('deaf.mjs');
  const piece = Buffer.alloc(64 * 1024, '\n');
  let accepted = 0;
  for (let piecesLeft = 160; piecesLeft > 0; piecesLeft -= 1)
    child.stdin.write(piece, (error) => (accepted += error ? 0 : piece.length));
  await pass(3000);
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThanOrEqual(2 * MEGABYTE);
});

test('what a server says on stderr is there while it runs', async () => {
  const { child } = start('chatty.mjs', '0');
  const answer = once(child.stdout, 'data');
  child.stdin.write('line\n');
  await answer;
  await expect.poll(() => String(child.stderr.read() ?? ''), { timeout: 5000 }).toContain('so much to say');
});

test('a stderr that nobody reads holds up neither the messages nor the memory', { timeout: 60_000 }, async () => {
  const { child, pid, closed } = await startWarm('chatty.mjs', '1');
  const peak = new PeakMemory(pid);
  let said = '';
  const ended = closed.then((code) => `it ended with ${code}: ${said.slice(-2000)}`);
  const echo = async (line: string): Promise<void> => {
    const answer = once(child.stdout, 'data');
    child.stdin.write(line);
    expect(await within(20_000, Promise.race([answer.then(([data]) => String(data)), ended]))).toBe(line);
  };
  for (let line = 0; line < 200; line += 1) await echo(`line ${line}\n`);
  expect(peak.bytes).toBeLessThanOrEqual(150 * MEGABYTE); // of 200 MB that nobody took

  // Once somebody reads, the next words come with what is missing before them.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const dropped = /mcp-secure-run: (\d+) bytes of stderr were dropped, for nobody read them/;
  while (!dropped.test(said)) await echo('one more\n');
  expect(Number(dropped.exec(said)?.[1])).toBeGreaterThan(190 * MEGABYTE);
  child.stdin.end();
  expect(await within(5000, closed)).toBe(0);
});

test('both pipes full at once is no deadlock: all comes once the client reads', { timeout: 60_000 }, async () => {
  const sent = cutAnywhere(randomLines(16 * MEGABYTE));
  const { child, closed } = start('echo.mjs');
  child.stderr.resume();
  const written = writePieces(child.stdin, sent);
  await pass(1500);
  const [received] = await Promise.all([readDigest(child.stdout), written]);
  expect(received).toEqual(digestOf(...sent));
  expect(await closed).toBe(0);
});

test('a client that closes its stdin after a request still gets the reply', async () => {
  const { child, closed } = start('late.mjs');
  child.stderr.resume();
  child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  expect(await readAll(child.stdout)).toBe('{"jsonrpc":"2.0","id":1,"result":{"late":true}}\n');
  expect(await closed).toBe(0);
});

describe('a client that closes its read end ends everything', () => {
  test('under a server that floods it', async () => {
    const { child, marker } = start('flood.mjs', '1000000', '0');
    child.stderr.resume();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await expect.poll(() => processesWith(marker), { timeout: 5000 }).toEqual([]);
  });

  test('under a server that answers', async () => {
    const { child, marker } = start('echo.mjs');
    child.stderr.resume();
    child.stdin.write('first\n');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.write('second\n');
    await expect.poll(() => processesWith(marker), { timeout: 5000 }).toEqual([]);
  });
});

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What the server of that name writes. */
function flood(megabytes: number): Buffer[] {
  return Array.from({ length: (megabytes * MEGABYTE) / (64 * 1024) }, (_, number) => {
    const line = Buffer.alloc(64 * 1024, `line ${number} `);
    line[line.length - 1] = 10;
    return line;
  });
}
