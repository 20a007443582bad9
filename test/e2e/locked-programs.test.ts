import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRoot } from '../kit/account.ts';
import { msr } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';
import { makeHome } from '../kit/home.ts';

/** Programs that are no packages: recorded as they are, and held to that. */

function arrange() {
  const home = makeHome('');
  chmodSync(home.directory, 0o755);
  const script = home.write('crm.js', 'console.log("it ran")\n', 0o644);
  const entries = [`crm: { command: node, args: [${script}] }`, 'true: /bin/true', `gone: ${home.directory}/gone`];
  const lines = ['version: 1', `programPath: ${JSON.stringify(PROGRAM_PATH)}`, 'servers:'];
  home.write('config/policy.yaml', `${[...lines, ...entries.map((entry) => `  ${entry}`)].join('\n')}\n`);
  const does = async (...words: readonly string[]) => {
    const { stdout, stderr, exitCode } = await msr(home, words);
    return `${exitCode} ${/\[([a-z-]+)\]/.exec(String(stderr))?.[1] ?? String(stdout).split('\n', 1)[0]}`;
  };
  const locked = (): string => readFileSync(`${home.directory}/config/mcp-secure-run.lock`, 'utf8');
  return { home, script, does, locked };
}

describe.skipIf(isRoot)('what this account could change', () => {
  test(
    'starts once it is recorded, and no more once it changed, until that is taken',
    { timeout: 60_000 },
    async () => {
      const { script, does, locked } = arrange();
      expect(await does('run', 'crm')).toBe('126 program-not-pinned');
      expect(await does('lock', 'crm')).toMatch(
        /^0 locked .*crm\.js: sha256 [\da-f]{64}, .* nothing here has reviewed$/,
      );
      expect(await does('run', 'crm')).toBe('0 it ran');

      appendFileSync(script, '// and more\n');
      expect(await does('run', 'crm')).toBe('126 program-changed');
      expect(await does('check', 'crm')).toMatch(/^1 /);
      const before = locked();
      expect(await does('lock', 'crm')).toBe('126 program-changed');
      expect(await does('lock', 'crm', '--update')).toBe('2 needs-terminal');
      expect(locked()).toBe(before);
      expect(await does('lock', 'crm', '--update', '--yes')).toContain('0 ');
      expect(locked()).not.toBe(before);
      expect(await does('run', 'crm')).toBe('0 it ran');
    },
  );
});

test('what root alone could change needs no record, and what is not there has none', async () => {
  const { home, does } = arrange();
  expect(await does('lock', 'true')).toBe('0 ');
  expect(await does('lock', 'gone')).toBe('127 program-missing');
  expect(existsSync(`${home.directory}/config/mcp-secure-run.lock`)).toBe(false);
});
