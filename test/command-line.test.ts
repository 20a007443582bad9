import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readRunArguments } from '../src/run-arguments.ts';
import { COMMAND, msr } from './kit/command.ts';
import { makeHome } from './kit/home.ts';

const POLICY = 'version: 1\nservers:\n  here: { command: /bin/echo, args: [started] }\n';

test('run knows every option that the help shows for all verbs', async () => {
  const { stdout } = await execa(process.execPath, [COMMAND, '--help']);
  const shown = [...stdout.matchAll(/^ {2}(--[a-z-]+)( <\w+>)?/gm)].map(([, name = '', value]) => ({ name, value }));
  const own = shown.filter(({ name }) => name !== '--help' && name !== '--version');
  expect(own.map(({ name }) => name)).toEqual(['--policy', '--color', '--quiet', '--verbose', '--no-input']);
  for (const { name, value } of own) {
    const words = value ? [name, 'never'] : [name];
    expect(readRunArguments(['run', ...words, 'here']), name).toMatchObject({ allowed: true });
  }
});

test.each([
  ['run here'],
  ['run --quiet here'],
  ['--quiet run here'],
  ['--policy POLICY run here'],
  ['run --policy POLICY here'],
  ['run here --policy=POLICY'],
  ['--color never run here --no-input'],
  ['run -- /bin/echo started'],
  ['-- /bin/echo started'],
  ['--policy POLICY -- /bin/echo started'],
  ['--quiet run --policy POLICY -- /bin/echo started'],
])('`%s` starts the server, whichever of the two entries reads it', async (line) => {
  const home = makeHome(POLICY);
  const words = line.split(' ').map((word) => word.replace('POLICY', home.policy));
  const { stdout, exitCode } = await msr(home, words);
  expect([stdout, exitCode]).toEqual(['started', 0]);
});

test.each([
  ['run', 2, '`run` needs a server or a command'],
  ['run here there', 2, '`run` starts one server'],
  ['run --polcy x here', 2, 'did you mean `--policy`?'],
  ['run --policy', 2, '`--policy` needs a value'],
  ['--frobnicate', 2, 'unknown option'],
  ['expalin here', 2, 'Did you mean explain?'],
  ['explain', 2, '`explain` needs a server'],
  ['', 2, 'Usage: mcp-secure-run'],
])('`%s` is wrong usage: %i', async (line, code, words) => {
  const home = makeHome(POLICY);
  const { stdout, stderr, exitCode } = await msr(home, line === '' ? [] : line.split(' '));
  expect(exitCode).toBe(code);
  expect(stderr).toContain(words);
  expect(stdout).toBe('');
});

test('help and version go to stdout, fit a screen of 80 columns, and end well', async () => {
  const home = makeHome(POLICY);
  const help = await msr(home, ['--help'], { env: { COLUMNS: '80' } });
  expect([help.exitCode, help.stderr]).toEqual([0, '']);
  const lines = String(help.stdout).split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const version = await msr(home, ['--version']);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+$/);
});
