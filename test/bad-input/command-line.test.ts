import { chmodSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { msr } from '../kit/command.ts';
import { Trap } from '../kit/trap.ts';

const TRAP = { command: 'touch', args: ['/OPEN/touched'], files: { write: ['/OPEN'] } };

function trapAmong(others: Record<string, unknown> = {}): Trap {
  return new Trap(JSON.stringify({ version: 1, servers: { trap: TRAP, ...others } }));
}

/** Without its place: these policies are one line. */
async function outcome(trap: Trap, args: readonly string[], options = {}): Promise<string> {
  return (await trap.outcome(args, options)).is.replace(/ at 1:\d+(?:, 1:\d+)*$/, '');
}

describe('the right words start the server, or this file proves nothing', () => {
  test.each<[string, (trap: Trap) => readonly string[]]>([
    ['its id', () => ['run', 'trap']],
    ['its command line', ({ open }) => ['run', '--', 'touch', `${open}/touched`]],
    ['its command line, without the verb', ({ open }) => ['--', 'touch', `${open}/touched`]],
    ['its command line, by the path of the program', ({ open }) => ['--', '/usr/bin/touch', `${open}/touched`]],
    ['an option, and its id', () => ['run', '--quiet', 'trap']],
    ['its id, and an option', () => ['run', 'trap', '--no-input']],
    ['an option before the verb', () => ['--verbose', 'run', 'trap']],
  ])('%s', async (_title, args) => {
    const trap = trapAmong();
    expect(await outcome(trap, args(trap))).toBe('started, 0');
  });
});

describe('wrong usage', () => {
  test.each([
    ['nothing', ['run'], '`run` needs a server or a command'],
    ['two servers', ['run', 'trap', 'other'], '`run` starts one server, and got `trap`, `other`'],
    ['nothing after `--`', ['run', '--'], '`run` needs a server or a command'],
    ['nothing but `--`', ['--'], '`run` needs a server or a command'],
    ['an empty command', ['run', '--', ''], '`run` needs a server or a command'],
    ['an option that nobody knows', ['run', '--unsafe', 'trap'], '`run` has no option `--unsafe`'],
    ['an option that would weaken the policy', ['run', '--no-sandbox', 'trap'], '`run` has no option `--no-sandbox`'],
    [
      'another option that would weaken the policy',
      ['run', '--allow-all', 'trap'],
      '`run` has no option `--allow-all`',
    ],
    ['an option that is misspelt', ['run', '--quite', 'trap'], 'did you mean `--quiet`?'],
    ['an option that is misspelt, with a value', ['run', '--polcy=x', 'trap'], 'did you mean `--policy`?'],
    ['a short option', ['run', '-q', 'trap'], '`run` has no option `-q`'],
    ['short options in one', ['run', '-qv', 'trap'], '`run` has no option `-qv`'],
    ['a value for an option that has none', ['run', '--quiet=yes', 'trap'], '`run` has no option `--quiet=yes`'],
    ['an option without its value', ['run', 'trap', '--policy'], '`--policy` needs a value'],
    ['an option with an empty value', ['run', '--policy=', 'trap'], '`--policy` needs a value'],
    ['an option with an empty word for a value', ['run', '--policy', '', 'trap'], '`--policy` needs a value'],
    ['an option of the server before `--`', ['run', 'trap', '--read-write'], '`run` has no option `--read-write`'],
  ])('is %s', async (_title, args, says) => {
    const { is, stderr } = await trapAmong({ other: 'true' }).outcome(args);
    expect(is).toBe('2 usage');
    expect(stderr).toContain(says);
  });

  test('is said with the words that would be right', async () => {
    const { stderr } = await trapAmong().outcome(['run', 'trap', 'x', 'y']);
    expect(stderr).toContain('hint: arguments for the server come after `--`: `mcp-secure-run run trap -- x y`');
  });
});

describe('closed by default: a server that the policy does not have', () => {
  test.each([
    ['at all', 'zzzzzzzz', 'has `trap`, `github`'],
    ['by this spelling', 'githib', 'did you mean `github`?'],
    ['in this case', 'GITHUB', 'did you mean `github`?'],
    ['because it is a path', '../trap', ''],
    ['because it is a name of JavaScript', 'constructor', ''],
    ['because it is another name of JavaScript', '__proto__', ''],
    ['because it is empty', '', ''],
  ])('%s', async (_title, id, says) => {
    const { is, stderr } = await trapAmong({ github: 'true' }).outcome(['run', id]);
    expect(is).toBe('127 server-unknown');
    expect(stderr).toContain(says);
  });
});

describe('closed by default: arguments that the policy does not have', () => {
  test.each([
    ['one', ['--', '/etc']],
    ['an option', ['--', '--read-write']],
    ['an empty one', ['--', '']],
    ['the same that it has', ['--', '/OPEN/touched']],
    ['`--`', ['--', '--']],
  ])('%s', async (_title, args) => {
    const { is, stderr } = await trapAmong().outcome(['run', 'trap', ...args]);
    expect(is).toMatch(/^126 arguments-not-allowed at 1:/);
    expect(stderr).toContain('the policy alone says what a server is started with');
  });
});

describe('closed by default: a command line that', () => {
  test.each<[string, (trap: Trap) => readonly string[]]>([
    ['no entry has', () => ['true']],
    ['has another argument', ({ open }) => ['touch', `${open}/other`]],
    ['has one argument more', ({ open }) => ['touch', `${open}/touched`, '/etc/x']],
    ['has one argument less', () => ['touch']],
    ['has its arguments in the wrong places', ({ open }) => [`${open}/touched`, 'touch']],
    ['has an argument that begins the same', ({ open }) => ['touch', `${open}/touch`]],
    ['has an argument that is longer', ({ open }) => ['touch', `${open}/touched-more`]],
    ['has an argument with a space at its end', ({ open }) => ['touch', `${open}/touched `]],
    ['is one word', ({ open }) => [`touch ${open}/touched`]],
    ['names its program in another case', ({ open }) => ['TOUCH', `${open}/touched`]],
    ['names its program in the client’s directory', ({ open }) => ['./touch', `${open}/touched`]],
    ['names its program by a path that depends on where it stands', ({ open }) => ['bin/touch', `${open}/touched`]],
    ['goes by way of another program', ({ open }) => ['env', 'touch', `${open}/touched`]],
    ['goes by way of a shell', ({ open }) => ['sh', '-c', `touch ${open}/touched`]],
    ['gives an interpreter code', () => ['node', '-e', '1']],
    ['is npx', () => ['npx', '-y', 'some-package']],
    ['is npx with a version that nobody reviewed', () => ['npx', '-y', 'some-package@1.2.3']],
    ['is npx with a command for a shell', ({ open }) => ['npx', '-c', `touch ${open}/touched`]],
    ['is a launcher behind another program', () => ['env', 'A=1', 'npx', '-y', 'some-package@1.2.3']],
  ])('%s', async (_title, words) => {
    const trap = trapAmong();
    expect(await outcome(trap, ['run', '--', ...words(trap)])).toBe('126 command-not-allowed');
  });

  test('names a program of the same name in another directory', async () => {
    const trap = trapAmong();
    const evil = trap.arena.plant('evil/touch', `#!/bin/sh\ntouch ${trap.open}/touched\n`);
    chmodSync(evil, 0o755);
    expect(await outcome(trap, ['--', evil, `${trap.open}/touched`])).toBe('126 command-not-allowed');
    const env = { PATH: trap.arena.at('evil') };
    // By its bare name it is the one of the policy, whatever the client's `PATH` has first.
    expect(await outcome(trap, ['--', 'touch', `${trap.open}/touched`], { env })).toBe('started, 0');
  });

  test('names the right program by a link is that program', async () => {
    const trap = trapAmong();
    symlinkSync('/usr/bin/touch', trap.arena.at('t'));
    expect(await outcome(trap, ['--', trap.arena.at('t'), `${trap.open}/touched`])).toBe('started, 0');
  });

  test('several entries have', async () => {
    const trap = trapAmong({ again: TRAP });
    const { is, stderr } = await trap.outcome(['run', '--', 'touch', `${trap.open}/touched`]);
    expect(is).toMatch(/^126 command-ambiguous at 1:/);
    expect(stderr).toContain('this command line matches `trap`, `again`');
    expect(stderr).toContain('say which: `mcp-secure-run run trap`');
  });

  test('several entries have, of whom one by the path', async () => {
    const trap = trapAmong({ again: { ...TRAP, command: '/usr/bin/touch' } });
    expect(await outcome(trap, ['--', 'touch', `${trap.open}/touched`])).toBe('126 command-ambiguous');
  });

  test('has a program that is not there is denied as if it were: nobody learns what is installed', async () => {
    const trap = trapAmong();
    expect(await outcome(trap, ['--', '/nowhere/program'])).toBe('126 command-not-allowed');
    expect(await outcome(trap, ['--', '/bin/ls'])).toBe('126 command-not-allowed');
  });

  test('one entry has, whose program is not there', async () => {
    const trap = trapAmong({ gone: { command: '/nowhere/program', args: ['x'] } });
    expect(await outcome(trap, ['--', '/nowhere/program', 'x'])).toBe('127 program-missing');
  });
});

test('stdout is the protocol’s: what is wrong is an answer there, and words on stderr', async () => {
  const requests = [1, 'two'].map((id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }));
  const noise = [
    '',
    'not json',
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    '[]',
    '{"id":null,"method":"x"}',
  ];
  const { stdout, exitCode } = await msr(trapAmong().arena.home, ['run', 'other'], {
    input: [...noise, ...requests].join('\n') + '\n',
  });
  expect(exitCode).toBe(127);
  const answers = String(stdout)
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const error = {
    code: 127,
    message: expect.any(String),
    data: { source: 'mcp-secure-run', ident: 'server-unknown', hint: expect.any(String) },
  };
  expect(answers).toEqual([1, 'two'].map((id) => ({ jsonrpc: '2.0', id, error })));
});
