import { chmodSync, chownSync, rmSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fixtureServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome, type Home } from '../kit/home.ts';
import { markedServer, serverProcess } from '../kit/marked-server.ts';
import { PeakMemory } from '../kit/peak-memory.ts';
import { CLIENTS, failureOf, throughUs } from '../kit/sdk-client.ts';
import { startLimited, startSession, type Session } from '../kit/session.ts';
import { within } from '../kit/within.ts';

const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } };
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const call = { jsonrpc: '2.0', id: 'call-1', method: 'tools/call', params: { name: 'echo', arguments: {} } };
const discover = { jsonrpc: '2.0', id: 'server-discover-probe-1', method: 'server/discover', params: { _meta: {} } };
const response = { jsonrpc: '2.0', id: 7, result: {} };

/** The answer to a request of that id, whose hint is somewhere on stderr too. */
const answer = (id: string | number, code: number, ident: string) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message: expect.any(String), data: { source: 'mcp-secure-run', ident, hint: expect.any(String) } },
});

const unknown = (id: string | number) => answer(id, 127, 'server-unknown');
const ended = (id: string | number, code: number) => answer(id, code, 'server-ended');

const echo = (more: Record<string, unknown> = {}): Home => makeHome(policyOf(fixtureServer('echo', 'echo.mjs', more)));

/** A script of the account that runs the tests, in a policy that does not say `unlocked`. */
function script(more: Record<string, unknown> = {}): Home {
  const home = makeHome('');
  const program = home.write('server.mjs', '', 0o644);
  home.write(
    'config/policy.yaml',
    policyOf(fixtureServer('echo', 'echo.mjs', { args: [program], unsafe: [], ...more })),
  );
  return home;
}

const isRoot = process.getuid?.() === 0;

describe.each<[title: string, ident: string, code: number, home: () => Home, args: readonly string[]]>([
  ['a server that the policy does not have', 'server-unknown', 127, echo, ['run', 'other']],
  ['no policy', 'policy-missing', 2, () => without(echo()), ['run', 'echo']],
  ['a policy that is not YAML', 'policy-syntax', 2, () => makeHome('servers: ['), ['run', 'echo']],
  ['an unknown key', 'policy-unknown-key', 2, () => echo({ netwrk: 'none' }), ['run', 'echo']],
  ['a policy that anyone can write', 'policy-writable', 2, () => open(echo()), ['run', 'echo']],
  [
    'a program that is not there',
    'program-missing',
    127,
    () => echo({ args: ['/nowhere/server.mjs'] }),
    ['run', 'echo'],
  ],
  ['a program that changed', 'program-changed', 126, () => script({ sha256: '0'.repeat(64) }), ['run', 'echo']],
  isRoot
    ? ['a program of another account', 'program-owner', 126, () => ofNobody(script()), ['run', 'echo']]
    : ['a program that nothing holds', 'program-not-pinned', 126, script, ['run', 'echo']],
  ['an option before the script', 'interpreter-option', 126, () => echo({ args: ['-e', '0'] }), ['run', 'echo']],
  ['further arguments', 'arguments-not-allowed', 126, echo, ['run', 'echo', '--', '--more']],
  ['a command line that no entry has', 'command-not-allowed', 126, echo, ['run', '--', 'node', '/other.mjs']],
  ['the same without `run`', 'command-not-allowed', 126, echo, ['--', 'node', '/other.mjs']],
  ['a variable that is not set', 'env-missing', 126, () => echo({ pass: ['ACME_REGION'] }), ['run', 'echo']],
  ['a variable that loads code', 'env-loader', 126, () => echo({ env: { NODE_OPTIONS: '-r x' } }), ['run', 'echo']],
  [
    'a directory that is not there',
    'grant-missing',
    126,
    () => echo({ files: { read: ['/nowhere'] } }),
    ['run', 'echo'],
  ],
  ['nothing to run', 'usage', 2, echo, ['run']],
  ['an option that `run` does not have', 'usage', 2, echo, ['run', '--polcy', 'x', 'echo']],
])('refused for %s: `%s`, %d', (_title, ident, code, home, args) => {
  test('every request is answered with it, nothing else is written, and it is the exit code', async () => {
    const session = startSession(home(), args);
    session.send(initialize, initialized);
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(1);
    session.send(call, response, discover);
    session.child.stdin.end();

    expect(await within(10_000, session.ended)).toEqual({ code, signal: null });
    const expected = [0, 'call-1', 'server-discover-probe-1'].map((id) => answer(id, code, ident));
    expect(session.messages).toEqual(expected);
    const { error } = session.messages[0] as ReturnType<typeof answer>;
    expect(session.stderr).toContain(`error[${ident}]`);
    expect(session.stderr).toContain(String(error.data.hint));
    expect(error.message).toBe(`${plain(session.stderr, ident)}; ${String(error.data.hint)}`);
    expect(session.lastWords).toBe(`mcp-secure-run: nothing was started; exit code ${code} is mcp-secure-run’s`);
  });
});

test('a sandbox that cannot be built is a refusal too, and said once', async () => {
  // The kernel gives a program a quarter of the stack for its arguments and environment: execve(2).
  const env = Object.fromEntries(['A', 'B', 'C', 'D', 'E'].map((name) => [name, 'x'.repeat(110_000)]));
  const session = startLimited('-s 2048', echo({ env }), ['run', 'echo']);
  session.send(initialize);
  await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(1);
  session.child.stdin.end();
  expect(await within(10_000, session.ended)).toEqual({ code: 125, signal: null });
  expect(session.messages).toEqual([answer(0, 125, 'sandbox-failed')]);
  expect(session.stderr).toContain('Argument list too long');
});

test('too few descriptors are no fault of ours, and a request is answered once', async () => {
  const outcomes = await Promise.all(
    [24, 26, 28, 30, 32, 34].map(async (limit) => {
      const session = startLimited(`-n ${limit}`, echo(), ['run', 'echo']);
      session.send(call);
      session.child.stdin.end();
      await within(10_000, session.ended);
      return { answers: session.messages.length, isBug: session.stderr.includes('this is a bug') };
    }),
  );
  expect(outcomes.filter(({ answers, isBug }) => answers > 1 || isBug)).toEqual([]);
});

const refused = (): Session => startSession(echo(), ['run', 'other']);

describe('who waits for an answer', () => {
  test('and says nothing is left after a while, though its pipe stays open', async () => {
    const session = refused();
    expect(await within(8000, session.ended)).toEqual({ code: 127, signal: null });
    expect(session.stdout).toBe('');
  });

  test('and goes on asking is answered for longer than the two quiet seconds', async () => {
    const session = refused();
    for (const id of [1, 2, 3]) {
      session.send({ ...call, id });
      await pass(1200);
    }
    expect(session.messages).toEqual([1, 2, 3].map(unknown));
    await within(8000, session.ended);
  });

  test('and never stops asking is left after ten seconds in all', async () => {
    const session = refused();
    const asking = setInterval(() => session.send(initialized), 200);
    await within(20_000, session.ended).finally(() => clearInterval(asking));
    expect(session.stdout).toBe('');
  });

  test('and closes its pipe is not waited for', async () => {
    const session = refused();
    session.send(call);
    await expect.poll(() => session.messages, { timeout: 10_000 }).toEqual([unknown('call-1')]);
    session.child.stdin.end();
    await within(1500, session.ended); // the quiet time would be two seconds
  });

  test('asks in a batch, with a long request, and after noise', async () => {
    const session = refused();
    session.child.stdin.write('this is no message\n\n{"jsonrpc":"2.0","id":null,"method":"x"}\n');
    session.send([initialize, initialized, call]);
    session.send({ ...call, id: 'long', params: { text: 'x'.repeat(3 * 1024 * 1024) } });
    session.child.stdin.end();
    await session.ended;
    expect(session.messages).toEqual([unknown(0), unknown('call-1'), unknown('long')]);
  });

  test('sends a line without an end, which costs no memory', async () => {
    const session = refused();
    const peak = new PeakMemory(session.pid);
    const piece = Buffer.alloc(1024 * 1024, 'x');
    for (let megabytes = 0; megabytes < 400; megabytes += 1)
      await new Promise((taken) => session.child.stdin.write(piece, taken));
    session.child.stdin.end();
    await session.ended;
    expect(session.stdout).toBe('');
    expect(peak.bytes).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('a server that ends with requests pending', () => {
  test('at its start: what was asked meanwhile is answered, with its code', async () => {
    const { home, marker } = markedServer('stillborn.mjs');
    const session = startSession(home, ['run', marker]);
    session.send(initialize, initialized, call);
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(2);
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 5, signal: null });
    expect(session.messages).toEqual([ended(0, 5), ended('call-1', 5)]);
    expect(session.stderr).toContain('stillborn: cannot find a module');
    expect(session.lastWords).toContain('exited with 5; exit code 5 is the server’s');
  });

  test('after it answered some: the others are answered, and what still comes', async () => {
    const { home, marker } = markedServer('mortal.mjs', ['2', '9']);
    const session = startSession(home, ['run', marker]);
    session.send(initialize, call);
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(2);
    session.send({ ...call, id: 'call-2' });
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(3);
    session.send({ ...call, id: 'call-3' }, initialized);
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 9, signal: null });
    const served = [0, 'call-1'].map((id) => ({ jsonrpc: '2.0', id, result: {} }));
    expect(session.messages).toEqual([...served, ended('call-2', 9), ended('call-3', 9)]);
  });

  test.each([
    ['by a signal', 'SIGKILL', 137, 137],
    ['with code 0, which no error can have', '0', 0, 125],
  ])('%s', async (_title, how, code, told) => {
    const { home, marker } = markedServer('ends.mjs', [how]);
    const session = startSession(home, ['run', marker]);
    session.send(call);
    await expect.poll(() => session.messages, { timeout: 10_000 }).toEqual([ended('call-1', told)]);
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code, signal: null });
  });

  test.each([
    ['with 3 after the end of input: that is a failure, and answered', '3', [ended('call-1', 3)]],
    ['with 0 after the end of input: it was asked to, and owes nothing', '0', []],
  ])('%s', async (_title, how, answers) => {
    const { home, marker } = markedServer('ends.mjs', [how]);
    const session = startSession(home, ['run', marker]);
    session.send(call);
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: Number(how), signal: null });
    expect(session.messages).toEqual(answers);
  });

  test('of which one was cancelled: only the other is answered', async () => {
    const { home, marker } = markedServer('echo.mjs'); // what it sends back are no answers
    const session = startSession(home, ['run', marker]);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'call-1' } };
    const sent = [call, { ...call, id: 2 }, cancelled];
    session.send(...sent);
    await expect.poll(() => session.messages, { timeout: 10_000 }).toEqual(sent);
    process.kill(serverProcess(marker)?.pid ?? NaN, 'SIGKILL');
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(4);
    session.child.stdin.end();
    expect(await within(10_000, session.ended)).toEqual({ code: 137, signal: null });
    expect(session.messages.slice(3)).toEqual([ended(2, 137)]);
  });
});

describe.each([
  [
    'a server that the policy does not have',
    () => [echo(), 'other'] as const,
    127,
    /the policy has no server `other`; .*`echo`/,
  ],
  ['a server that dies at its start', () => dying(), 5, /exited with 5 before it answered/],
])('%s', (_title, prepare, code, sentence) => {
  test.each(['the first SDK', 'the second SDK', 'the second SDK, `auto`,'] as const)(
    '%s fails to connect, and its error says why',
    async (name) => {
      const error = await failureOf(CLIENTS[name](throughUs(...prepare())));
      expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    },
  );

  // Of what the era probe was told, this client keeps nothing.
  test('the second SDK, pinned, fails to connect', async () => {
    const error = await failureOf(CLIENTS['the second SDK, pinned to 2026-07-28,'](throughUs(...prepare())));
    expect(error).toMatchObject({ code: 'ERA_NEGOTIATION_FAILED' });
  });
});

function dying() {
  const { home, marker } = markedServer('stillborn.mjs');
  return [home, marker] as const;
}

/** What stderr says after `error[ident]: `. */
function plain(stderr: string, ident: string): string {
  return stderr.split(`error[${ident}]: `)[1]?.split('\n')[0] ?? '';
}

function without(home: Home): Home {
  rmSync(home.policy);
  return home;
}

function open(home: Home): Home {
  chmodSync(home.policy, 0o666);
  return home;
}

/** `nobody`'s, who is another account than root. */
function ofNobody(home: Home): Home {
  chownSync(`${home.directory}/server.mjs`, 65534, 65534);
  return home;
}
