import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { check, homeOf } from '../kit/check.ts';
import { msr } from '../kit/command.ts';
import { atTerminal } from '../kit/terminal.ts';

const CLEAN = 'version: 1\nservers:\n  echo: { command: /bin/echo }\n';
const WARNED = 'version: 1\nservers:\n  echo: { command: /bin/echo, unsafe: [own-sandbox] }\n';
const WRONG = 'version: 1\nservers:\n  echo: { command: /bin/echo, netwrk: none }\n';
const ABSENT = 'version: 1\nservers:\n  echo: { command: /bin/echo }\n  crm: { command: /nowhere/crm }\n';

const ESCAPE = '\u001B[';

describe('colour', () => {
  test.each<[title: string, words: string[], env: Record<string, string>, isColoured: boolean]>([
    ['is not for a pipe', [], {}, false],
    ['is, where `FORCE_COLOR` says so', [], { FORCE_COLOR: '1' }, true],
    ['is, where it is asked for', ['--color', 'always'], {}, true],
    ['is not, where it is asked for in vain', ['--color', 'never'], { FORCE_COLOR: '1' }, false],
    ['is not, with `auto` written out', ['--color=auto'], {}, false],
  ])('%s', async (_title, words, env, isColoured) => {
    const { stderr, stdout } = await check(ABSENT, words, env);
    expect(stderr.includes(ESCAPE)).toBe(isColoured);
    expect(stripVTControlCharacters(stderr + stdout)).toContain(
      'error[program-missing]: `/nowhere/crm` is not there\n',
    );
  });

  test('is for a terminal, and says nothing that the words do not', async () => {
    const home = homeOf(WRONG);
    const { shown, code } = await atTerminal(home, ['check']);
    expect([code, shown.includes(ESCAPE)]).toEqual([1, true]);
    const { stdout, stderr } = await msr(home, ['check'], { stripFinalNewline: false });
    expect(stripVTControlCharacters(shown)).toBe(`${String(stderr)}${String(stdout)}`);
  });

  test('is not for a terminal that is told `--color never`', async () => {
    const { shown, code } = await atTerminal(homeOf(WRONG), ['check', '--color', 'never']);
    expect([code, shown.includes(ESCAPE)]).toEqual([1, false]);
  });
});

describe('for a program', () => {
  test('`--json` is one document, and nothing else is said', async () => {
    const { stdout, stderr } = await check(WRONG, ['--json']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      ok: false,
      servers: [],
      findings: [{ ident: 'policy-unknown-key', severity: 'error', place: { line: 3, column: 31 } }],
    });
  });

  test('`--format sarif` has each finding at its place', async () => {
    const { stdout, stderr } = await check(ABSENT, ['--format', 'sarif']);
    const { version, runs } = JSON.parse(stdout);
    expect([stderr, version, runs[0].results[0].ruleId]).toEqual(['', '2.1.0', 'program-missing']);
    expect(runs[0].results[0].locations[0].physicalLocation.region).toMatchObject({ startLine: 4, startColumn: 19 });
  });

  test('`--format github` is an annotation a line', async () => {
    const { stdout, stderr } = await check(ABSENT, ['--format', 'github']);
    const [line, ...more] = stdout
      .trimEnd()
      .split('\n')
      .filter((one) => !one.includes('(sandbox-'));
    expect([stderr, more]).toEqual(['', []]);
    expect(line).toMatch(
      /^::error file=\S+\/config\/policy\.yaml,line=4,col=19,.*::`\/nowhere\/crm` is not there%0Ahint: /,
    );
  });

  test.each(['text', 'json', 'sarif', 'github'])(
    '`--output FILE` has the whole of `--format %s`, without colour',
    async (format) => {
      const home = homeOf(ABSENT);
      const words = ['--format', format, '--output', `${home.directory}/report`];
      expect(await check(home, words, { FORCE_COLOR: '1' })).toEqual({ stdout: '', stderr: '', code: 1 });
      const report = readFileSync(`${home.directory}/report`, 'utf8');
      expect(report).toContain('/nowhere/crm` is not there');
      expect(report).not.toContain(ESCAPE);
      expect(report).toMatch(/\n$/);
    },
  );

  test('`--quiet` says the errors, and of a policy without any, nothing', async () => {
    const { stdout, stderr } = await check(ABSENT.replace('echo }', 'echo, unsafe: [own-sandbox] }'), ['--quiet']);
    expect([stdout, stderr.match(/^\w+\[/gm)]).toEqual(['', ['error[']]);
    expect(await check(WARNED, ['--quiet'])).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});

describe('what a new user stumbles over', () => {
  test('`NO_COLOR` counts at a terminal', async () => {
    const { shown } = await atTerminal(homeOf(WRONG), ['check'], { env: { NO_COLOR: '1' } });
    expect(shown).not.toContain(ESCAPE);
  });

  test('`--color auto` is not for a pipe', async () => {
    expect((await check(WRONG, ['--color', 'auto'])).stderr).not.toContain(ESCAPE);
  });

  test('the summary fits 80 columns', async () => {
    const { stdout } = await check(CLEAN + '  find: { command: /bin/echo, args: [{ match: x }] }\n');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('a server that is not tried is named', async () => {
    const { stdout, stderr } = await check(
      'version: 1\nservers:\n  find: { command: /bin/echo, args: [{ match: x }] }\n',
    );
    expect(stdout + stderr).toContain('find');
  });

  test('`ok` is what the exit code says, strictly too', async () => {
    const { stdout, code } = await check(WARNED, ['--strict', '--json']);
    expect(JSON.parse(stdout).ok).toBe(code === 0);
  });

  test('a file that cannot be written is no bug of ours', async () => {
    const { stderr } = await check(CLEAN, ['--output', '/nowhere/report']);
    expect(stderr).not.toContain('this is a bug');
  });
});
