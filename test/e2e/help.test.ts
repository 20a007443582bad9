import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { clientEnv, COMMAND, msr } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';

const POLICY =
  'version: 1\nservers:\n  crm: { command: /bin/echo }\n  crm-old: { command: /bin/echo }\n  files: /bin/echo\n';

/** Verbs, with and without a line in the help. */
const SHOWN = ['run', 'explain', 'check', 'allow', 'secrets', 'lock', 'doctor', 'trust'];
const HIDDEN = ['schema', 'completion'];

test('the help has a line for each verb, and for none besides', async () => {
  const { stdout } = await msr(makeHome(POLICY), ['--help']);
  const [, commands = ''] = /^Commands:\n((?: +.*\n)+)/m.exec(String(stdout)) ?? [];
  expect([...commands.matchAll(/^ {2}(\w+)/gm)].map(([, verb]) => verb)).toEqual(SHOWN);
});

/** What is asked for goes to stdout, ends well, and can be read without scrolling. */
async function expectToFit(verb: string): Promise<void> {
  const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), [verb, '--help']);
  expect([exitCode, stderr]).toEqual([0, '']);
  const lines = String(stdout).split('\n');
  expect(lines.join('\n')).toMatch(new RegExp(`^Usage: .*\\b${verb}\\b`, 'm'));
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.includes('default: []'))).toEqual([]);
}

describe('the help of a verb fits 40 lines of 80 columns', () => {
  test.each(['check', 'doctor', 'trust', ...HIDDEN])('%s', expectToFit);

  test.each(SHOWN.filter((verb) => !['check', 'doctor', 'trust'].includes(verb)))('%s', expectToFit);
});

/** A directory for `PATH` in which the command has its name. */
function installed(home: Home): Record<string, string> {
  const script = `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`;
  for (const name of ['mcp-secure-run', 'msr']) home.write(`bin/${name}`, script, 0o755);
  return { ...clientEnv(home), PATH: `${home.directory}/bin:/usr/bin:/bin` };
}

/** What bash offers for the last of these words. */
async function offered(words: readonly string[], policy = POLICY): Promise<string[]> {
  const script = `eval "$("$1" completion bash)"
    complete -p "$1" | grep -q ' -F _mcp_secure_run ' || exit 3
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _mcp_secure_run
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa('bash', ['--norc', '--noprofile', '-c', script, 'bash', ...words], {
    extendEnv: false,
    env: installed(makeHome(policy)),
  });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('`completion bash`, in a real bash', () => {
  test.each<[words: string[], offers: string[]]>([
    [['mcp-secure-run', ''], SHOWN],
    [['msr', ''], SHOWN],
    [['mcp-secure-run', 'e'], ['explain']],
    [
      ['mcp-secure-run', 'run', 'cr'],
      ['crm', 'crm-old'],
    ],
    [['mcp-secure-run', 'check', 'files', 'crm-'], ['crm-old']],
    [['mcp-secure-run', 'allow', 'crm', '--wr'], ['--write']],
    [['mcp-secure-run', 'explain', '--ar'], ['--arguments']],
    [['mcp-secure-run', 'doctor', 'cr'], []],
    [['mcp-secure-run', 'nothing', 'cr'], []],
  ])('%j: %j', async (words, offers) => {
    expect((await offered(words)).toSorted()).toEqual(offers.toSorted());
  });

  test('offers no servers of a policy that is not valid, and says nothing', async () => {
    expect(await offered(['mcp-secure-run', 'run', 'cr'], 'servers: [')).toEqual([]);
  });
});

describe('`completion`', () => {
  test.each(['bash', 'zsh', 'fish'])('%s: every verb, by the name of the command and by no path', async (shell) => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['completion', shell]);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const verb of SHOWN) expect(stdout).toMatch(new RegExp(`\\b${verb}\\b`));
    expect(stdout).toContain('mcp-secure-run completion servers');
    expect(stdout).not.toContain(COMMAND);
    expect(stdout).not.toContain('crm'); // servers are asked for when they are needed
  });

  test('of another shell is wrong usage', async () => {
    const { stderr, exitCode } = await msr(makeHome(POLICY), ['completion', 'tcsh']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('bash, zsh, fish');
  });
});

describe('`schema`', () => {
  test.each<[words: string[], keys: string[]]>([
    [[], ['version', 'servers', 'defaults', 'programPath', 'ceiling']],
    [['policy'], ['version', 'servers', 'defaults', 'programPath', 'ceiling']],
    [['project'], ['version', 'servers']],
  ])('%j is one document of JSON', async (words, keys) => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['schema', ...words]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const schema = JSON.parse(String(stdout)) as Record<string, unknown>;
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(Object.keys(schema['properties'] ?? {})).toEqual(expect.arrayContaining(keys));
  });

  test('of what there is not is wrong usage', async () => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['schema', 'polciy']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('policy, project');
  });
});
