import { describe, expect, test } from 'vitest';
import { markedServer } from '../kit/marked-server.ts';
import { processesWith } from '../kit/processes.js';
import { startSession, type Session } from '../kit/session.ts';
import { within } from '../kit/within.ts';

type More = Record<string, unknown>;

function start(file: string, args: readonly string[], more: More): { session: Session; marker: string } {
  const { home, marker } = markedServer(file, args, more);
  return { session: startSession(home, ['run', marker]), marker };
}

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

describe('a limit of time ends the server with 124, and says how to raise it', () => {
  test.each<[what: string, limits: More, said: string]>([
    ['the whole run', { runtime: '400ms' }, 'has run for 400ms'],
    ['without a message', { idle: '400ms' }, 'had no message for 400ms'],
    ['until the first answer', { start: '400ms' }, 'did not answer within 400ms'],
  ])('%s', async (_what, limits, said) => {
    for (const unsafe of [['unlocked'], ['unlocked', 'no-sandbox']]) {
      const { session, marker } = start('deaf.mjs', [], { limits, unsafe });
      session.send(PING);
      await expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('}\n');
      session.child.stdin.end();
      expect(await within(10_000, session.ended)).toEqual({ code: 124, signal: null });
      expect(processesWith(marker)).toEqual([]);
      const [name] = Object.keys(limits);
      expect(session.lastWords).toMatch(
        new RegExp(
          `^mcp-secure-run: server \`${marker}\` ${said}, and was ended: \`limits.${name}\` is 400ms ` +
            '\\(`limits`, .*/policy.yaml:3\\); raise it there if it needs more; exit code 124 is mcp-secure-run’s$',
        ),
      );
      expect(session.messages).toEqual([
        {
          jsonrpc: '2.0',
          id: 1,
          error: {
            code: 124,
            message: expect.stringContaining(said),
            data: { source: 'mcp-secure-run', ident: 'limit-reached', hint: 'raise it there if it needs more' },
          },
        },
      ]);
    }
  });

  test('also a server that does not listen to the signal, with all that it started', async () => {
    const { session, marker } = start('stubborn.mjs', [], { limits: { runtime: '500ms' } });
    expect(await within(10_000, session.ended)).toEqual({ code: 124, signal: null });
    expect(processesWith(marker)).toEqual([]);
  });
});

describe('a server within its limits runs on', () => {
  test('one that answers in time', async () => {
    const { session } = start('echo.mjs', [], { limits: { start: '1s' } });
    session.send(PING);
    session.send({ jsonrpc: '2.0', id: 1, result: {} }); // comes back, and is an answer to what the client asked
    await pause(2000);
    expect(session.child.exitCode).toBeNull();
    session.child.stdin.end();
    expect(await session.ended).toEqual({ code: 0, signal: null });
  });

  test('one that is asked nothing', async () => {
    const { session } = start('deaf.mjs', [], { limits: { start: '300ms' } });
    await pause(1500);
    expect(session.child.exitCode).toBeNull();
    session.send(PING); // from now on there is something to answer
    await expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('did not answer within 300ms');
  });

  test('one that has a message now and then', async () => {
    const { session } = start('echo.mjs', [], { limits: { idle: '1s' } });
    for (let count = 0; count < 8; count += 1) {
      await pause(300);
      session.send(PING);
    }
    expect(session.child.exitCode).toBeNull();
    expect(await within(10_000, session.ended)).toEqual({ code: 124, signal: null });
  });
});

describe('the defaults are far above what honest servers use', () => {
  test.each([
    ['as they are', {}],
    ['a recipe’s', { memory: '512MiB', processes: 64 }],
  ])('four workers with full heaps, and WebAssembly that reserves gigabytes: %s', async (_what, limits) => {
    const { session } = start('busy.mjs', [], { limits });
    await expect.poll(() => session.stdout, { timeout: 20_000 }).toContain('"workers":4');
    await pause(1500); // it has been looked at since
    expect(session.child.exitCode).toBeNull();
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 0, signal: null });
  });
});

describe('`shutdown`: what a server has after the client’s last word', () => {
  test.each([
    ['100ms', 0, 800],
    ['2500ms', 2300, 4000],
  ])('%s', async (shutdown, least, most) => {
    const { session } = start('traps.mjs', [], { limits: { shutdown } });
    await expect.poll(() => session.stdout, { timeout: 10_000 }).toContain('ready');
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 0, signal: null });
    const [, alone] = /trapped SIGTERM after (\d+) ms without input/.exec(session.stderr) ?? [];
    expect(Number(alone)).toBeGreaterThanOrEqual(least);
    expect(Number(alone)).toBeLessThan(most);
  });
});
