import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { msr } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';
import { atTerminal } from '../kit/terminal.ts';

const POLICY = `version: 1
servers:
  # reviewed by ann
  files:
    command: /bin/echo
    files: { read: [/usr/share] } # no more
`;

const textOf = (home: Home): string => readFileSync(home.policy, 'utf8');
const ALLOW = ['allow', 'files', '--host', 'api.example.com', '--env', 'TZ'];
const ADDED = '    network: [api.example.com]\n    pass: [TZ]\n';

describe('`allow` without a terminal', () => {
  test('shows the edit, says what is missing, and leaves the file as it was', async () => {
    const home = makeHome(POLICY);
    const { stdout, stderr, exitCode } = await msr(home, ALLOW);
    expect(exitCode).toBe(2);
    expect(String(stdout).replaceAll(home.directory, '/home/ann')).toMatchInlineSnapshot(`
      "--- /home/ann/config/policy.yaml
      +++ /home/ann/config/policy.yaml
      @@ -4,3 +4,5 @@
         files:
           command: /bin/echo
           files: { read: [/usr/share] } # no more
      +    network: [api.example.com]
      +    pass: [TZ]"
    `);
    expect(String(stderr).replaceAll(home.directory, '/home/ann').split('\n')).toEqual([
      'error[needs-terminal]: nothing was written: a wider policy takes a person at a terminal',
      ' = hint: type the command at a terminal, or edit /home/ann/config/policy.yaml yourself',
    ]);
    expect(textOf(home)).toBe(POLICY);
  });

  test('does not ask a pipe, whatever it answers', async () => {
    const home = makeHome(POLICY);
    const { exitCode } = await msr(home, ALLOW, { input: 'y\ny\n' });
    expect([exitCode, textOf(home)]).toEqual([2, POLICY]);
  });

  test('has nothing to ask where it is allowed already', async () => {
    const home = makeHome(POLICY + ADDED);
    const { stdout, stderr, exitCode } = await msr(home, [...ALLOW, '--read', '/usr/share/doc']);
    expect([exitCode, stderr, textOf(home)]).toEqual([0, '', POLICY + ADDED]);
    expect(stdout).toMatch(/policy\.yaml \w+ it already$/);
  });
});

describe('`allow` at a terminal', () => {
  test.each(['y', 'yes', 'Y', ' Yes '])('writes the edit after %j', async (answer) => {
    const home = makeHome(POLICY);
    const { shown, code } = await atTerminal(home, ALLOW, { typed: `${answer}\n` });
    expect([code, textOf(home)]).toEqual([0, POLICY + ADDED]);
    expect(shown).toContain('+    network: [api.example.com]');
    expect(shown).toContain(`write it to ${home.policy}? [y/N] `);
    expect(shown).toContain('written; `mcp-secure-run check files` shows what it means');
  });

  test.each(['n', '', 'no', 'yep', 'ja', 'y y'])('writes nothing after %j', async (answer) => {
    const home = makeHome(POLICY);
    const { shown, code } = await atTerminal(home, ALLOW, { typed: `${answer}\n` });
    expect([code, textOf(home)]).toEqual([1, POLICY]);
    expect(shown).toContain('nothing was changed');
  });

  test('does not ask with `--no-input`', async () => {
    const home = makeHome(POLICY);
    const { shown, code } = await atTerminal(home, [...ALLOW, '--no-input'], { typed: 'y\n' });
    expect([code, textOf(home)]).toEqual([2, POLICY]);
    expect(shown).not.toContain('[y/N]');
    expect(shown).toContain('needs-terminal');
  });

  test.each([
    ['the end of input', '\u0004'],
    ['Ctrl-C', '\u0003'],
  ])('takes %s for a no, and for no bug of its own', async (_title, typed) => {
    const home = makeHome(POLICY);
    const { shown, code } = await atTerminal(home, ALLOW, { typed, when: '[y/N]' });
    expect(textOf(home)).toBe(POLICY);
    expect(shown).not.toContain('this is a bug');
    expect(code).toBe(1);
  });
});

describe('`allow` that cannot be', () => {
  test.each<[title: string, words: string[], code: number, said: string]>([
    ['of nothing', ['files'], 2, '`allow` needs what to allow'],
    ['of an empty path', ['files', '--read', ''], 2, 'it is empty'],
    ['of a server that there is not', ['flies', '--read', '/srv'], 127, 'did you mean `files`?'],
    ['of a host that is none', ['files', '--host', 'https://example.com'], 2, 'error[policy-value]'],
    ['of a name that is none', ['files', '--env', 'A B'], 2, 'error[policy-value]'],
  ])('%s', async (_title, words, code, said) => {
    const home = makeHome(POLICY);
    const { stdout, stderr, exitCode } = await msr(home, ['allow', ...words]);
    expect([exitCode, stdout, textOf(home)]).toEqual([code, '', POLICY]);
    expect(stderr).toContain(said);
  });

  test('of a relative path, which is one below where it is typed, and is shown so', async () => {
    const { stdout } = await msr(makeHome(POLICY), ['allow', 'files', '--write', 'data'], { cwd: '/usr' });
    expect(stdout).toContain('+    files: { read: [/usr/share], write: [/usr/data] } # no more');
  });

  test('of a policy that is not valid', async () => {
    const home = makeHome('');
    writeFileSync(home.policy, POLICY.replace('command', 'comand'));
    const { exitCode, stderr } = await msr(home, ALLOW);
    expect([exitCode, String(stderr).match(/^error\[[\w-]+\]/gm)]).toEqual([2, ['error[policy-unknown-key]']]);
  });
});
