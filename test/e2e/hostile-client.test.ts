import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { ownHome } from '../kit/account.ts';
import { COMMAND, msr } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';

/** A client whose configuration an attacker wrote: variables, the directory, and whatever lies where they lead. */

const says = (word: string, ...ids: readonly string[]): string =>
  `version: 1\nservers:\n${ids.map((id) => `  ${id}: { command: echo, args: [${word}] }\n`).join('')}`;
const EVIL = says('evil', 'crm', 'evil');

interface Attacked {
  readonly home: Home;
  /** Where policies, programs and compiled policies of the attacker's lie under every name that could be asked for. */
  readonly evil: string;
}

async function attacked(): Promise<Attacked> {
  // What it passes on is in the digest by a key that lies in our state directory.
  const home = makeHome(says('good', 'crm').replace(' }', ', pass: ["TOKEN?"] }'));
  const evil = join(home.directory, 'evil');
  for (const name of ['.config/mcp-secure-run', 'mcp-secure-run', 'config', '.'])
    home.write(`evil/${name}/policy.yaml`, EVIL);
  for (const name of ['echo', 'node', 'bwrap', 'sh', 'env'])
    home.write(`evil/bin/${name}`, '#!/bin/sh\necho evil\n', 0o755);

  expect((await msr(home, ['run', 'crm'])).stdout).toBe('good');
  for (const file of readdirSync(join(home.directory, 'state/compiled'))) {
    const forged = readFileSync(join(home.directory, 'state/compiled', file), 'utf8').replaceAll(
      '"value":"good"',
      '"value":"evil"',
    );
    for (const name of ['mcp-secure-run', '.local/state/mcp-secure-run', '.'])
      home.write(`evil/${name}/compiled/${file}`, forged);
  }
  return { home, evil };
}

describe('what a client’s configuration sets changes nothing:', () => {
  test.each<[title: string, how: (evil: string) => { env?: Record<string, string>; cwd?: string }]>([
    ['`HOME`', (evil) => ({ env: { HOME: evil } })],
    ['`XDG_CONFIG_HOME`', (evil) => ({ env: { XDG_CONFIG_HOME: evil } })],
    ['`XDG_CONFIG_DIRS`', (evil) => ({ env: { XDG_CONFIG_DIRS: evil } })],
    ['`XDG_STATE_HOME`', (evil) => ({ env: { XDG_STATE_HOME: evil } })],
    ['`XDG_DATA_HOME` and `XDG_CACHE_HOME`', (evil) => ({ env: { XDG_DATA_HOME: evil, XDG_CACHE_HOME: evil } })],
    ['`PATH`', (evil) => ({ env: { PATH: `${evil}/bin` } })],
    ['`TMPDIR`', (evil) => ({ env: { TMPDIR: evil } })],
    [
      '`USER`, `LOGNAME` and `SHELL`',
      (evil) => ({ env: { USER: 'nobody', LOGNAME: 'nobody', SHELL: `${evil}/bin/sh` } }),
    ],
    ['the directory it starts us in', (evil) => ({ cwd: evil })],
    [
      'all of it',
      (evil) => ({
        env: {
          HOME: evil,
          XDG_CONFIG_HOME: evil,
          XDG_STATE_HOME: evil,
          XDG_DATA_HOME: evil,
          PATH: `${evil}/bin`,
          TMPDIR: evil,
        },
        cwd: evil,
      }),
    ],
  ])('%s', async (_title, how) => {
    const { home, evil } = await attacked();
    const digest = async ({ env, ...rest }: ReturnType<typeof how>): Promise<unknown> => {
      const { stdout } = await msr(home, ['explain', '--json', 'crm'], { env: { TOKEN: 'x', ...env }, ...rest });
      return JSON.parse(String(stdout)).digest;
    };
    const plain = await digest({});
    expect(plain).toMatch(/^sha256:/);
    expect(await digest(how(evil))).toBe(plain);

    const { stdout, exitCode } = await msr(home, ['run', 'crm'], how(evil));
    expect([stdout, exitCode]).toEqual(['good', 0]);
    const refused = await msr(home, ['run', 'evil'], how(evil));
    expect([refused.stdout, refused.exitCode]).toEqual(['', 127]);
    expect(refused.stderr).toContain('error[server-unknown]');
  });
});

describe('without `MCP_SECURE_RUN_HOME`, our files are below the home of the passwd entry', () => {
  test('a policy where `HOME` and `XDG_CONFIG_HOME` lead is not read', async () => {
    const { evil } = await attacked();
    const id = `evil-${randomUUID()}`;
    const { stdout, stderr } = await execa(process.execPath, [COMMAND, 'run', id], {
      ...{ input: '', reject: false, extendEnv: false, cwd: evil },
      env: { PATH: process.env.PATH ?? '', HOME: evil, XDG_CONFIG_HOME: evil },
    });
    expect(stdout).toBe('');
    // The account's own is read where there is one, and is named in any case.
    expect(stderr).toMatch(/error\[(?:policy-missing|server-unknown)\]/);
    expect(stderr).toContain(`${ownHome}/.config/mcp-secure-run/policy.yaml`);
    expect(stderr).not.toContain(evil);
  });

  test('and so is `~`', async () => {
    const name = `only-in-the-attackers-home-${randomUUID()}`;
    const home = makeHome(`version: 1\nservers: { crm: { command: echo, files: { read: [~/${name}] } } }\n`);
    const HOME = join(home.directory, 'evil');
    mkdirSync(join(HOME, name), { recursive: true });
    const { stderr, exitCode } = await msr(home, ['run', 'crm'], { env: { HOME } });
    expect([exitCode, /error\[[\w-]+\]/.exec(String(stderr))?.[0]]).toEqual([126, 'error[grant-missing]']);
  });
});

describe('what may change it', () => {
  test('is `MCP_SECURE_RUN_HOME`, and that is said', async () => {
    const { home, evil } = await attacked();
    const moved = { env: { MCP_SECURE_RUN_HOME: evil } };
    const { stdout, stderr } = await msr(home, ['run', 'crm'], moved);
    expect(stdout).toBe('evil');
    expect(stderr).toContain(`policy and state are below ${evil}, by \`MCP_SECURE_RUN_HOME\``);
    expect((await msr(home, ['explain', 'crm'], moved)).stdout).toContain(
      `are below ${evil}, by \`MCP_SECURE_RUN_HOME\``,
    );
  });

  test('is `--policy FILE`, which stands in the place of the user’s', async () => {
    const { home } = await attacked();
    const file = home.write('chosen/policy.yaml', says('chosen', 'other'));
    expect((await msr(home, ['run', '--policy', file, 'other'])).stdout).toBe('chosen');
    const { stderr, exitCode } = await msr(home, ['run', '--policy', file, 'crm']);
    expect([exitCode, /error\[[\w-]+\]/.exec(String(stderr))?.[0]]).toEqual([127, 'error[server-unknown]']);
    const { plan } = JSON.parse(String((await msr(home, ['explain', '--json', '--policy', file, 'other'])).stdout));
    expect(plan.layers).toEqual([{ kind: 'user', files: [file] }]);
  });

  test('is a variable that the policy passes on, and that alone', async () => {
    const home = makeHome('version: 1\nservers: { crm: { command: env, pass: ["REGION?"] } }\n');
    const own = String((await msr(home, ['run', 'crm'])).stdout).split('\n');
    const hostile = {
      REGION: 'eu',
      OTHER: 'x',
      LANG: 'de_AT',
      TZ: 'Asia/Tokyo',
      TMPDIR: '/evil',
      PYTHONNOUSERSITE: '0',
    };
    const { stdout } = await msr(home, ['run', 'crm'], { env: hostile });
    expect(String(stdout).split('\n').toSorted()).toEqual([...own, 'REGION=eu'].toSorted());
  });
});
