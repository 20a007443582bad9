import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { msr, REPOSITORY } from '../kit/command.ts';
import { fixtureServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome, type Home } from '../kit/home.ts';

const SCRIPT = `${REPOSITORY}/fixtures/servers/echo.mjs`;
const VALUE = 'correct-horse-battery-staple';
const env = { ACME_TOKEN: VALUE };

const prepare = (): Home =>
  makeHome(policyOf(fixtureServer('echo', 'echo.mjs', { pass: ['ACME_TOKEN'], env: { LOG_LEVEL: 'warn' } })));

/** What `explain --json` prints. */
async function explained(home: Home, words: readonly string[] = ['echo'], variables: Record<string, string> = env) {
  const { stdout, exitCode } = await msr(home, ['explain', '--json', ...words], { env: variables });
  expect(exitCode).toBe(0);
  const text = String(stdout);
  const { digest } = JSON.parse(text) as { digest: string };
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  return { text, digest };
}

/** The digest that `run --verbose` says before the server speaks. */
async function ran(home: Home, words: readonly string[], variables: Record<string, string> = env): Promise<string> {
  const { stderr, exitCode } = await msr(home, words, { env: variables });
  expect(exitCode).toBe(0);
  return /plan (sha256:[0-9a-f]{64}) of `echo`/.exec(String(stderr))?.[1] ?? 'none';
}

describe('explain is run: one digest', () => {
  test.each([
    ['by the server’s id', ['run', '--verbose', 'echo']],
    ['by its command line', ['run', '--verbose', '--', 'node', SCRIPT]],
    ['by its command line without `run`', ['--verbose', '--', 'node', SCRIPT]],
    ['with the interpreter by its path', ['run', '--verbose', '--', process.execPath, SCRIPT]],
  ])('%s', async (_title, words) => {
    const home = prepare();
    const { digest } = await explained(home);
    expect(await ran(home, words)).toBe(digest);
    expect((await explained(home, ['--', 'node', SCRIPT])).digest).toBe(digest);
  });

  test('and the same at every start, whichever comes first', async () => {
    const home = prepare();
    const first = await ran(home, ['run', '--verbose', 'echo']);
    expect(await ran(home, ['run', '--verbose', 'echo'])).toBe(first);
    expect((await explained(home)).digest).toBe(first);
  });
});

describe('another digest, for both', () => {
  test.each<[title: string, change: (home: Home) => void, variables?: Record<string, string>]>([
    ['when the value of a passed variable changes', () => {}, { ACME_TOKEN: `${VALUE}!` }],
    ['when it is empty', () => {}, { ACME_TOKEN: '' }],
    ['when a literal changes', (home) => edit(home, 'warn', 'info')],
    ['when an argument is added', (home) => edit(home, `${SCRIPT}"`, `${SCRIPT}","--more"`)],
    ['when a grant is added', (home) => edit(home, '"env"', '"files":{"read":["/usr/share"]},"env"')],
    ['when only a comment is added', (home) => appendFileSync(home.policy, '# reviewed\n')],
  ])('%s', async (_title, change, variables = env) => {
    const home = prepare();
    const before = await explained(home);
    change(home);
    const after = await explained(home, ['echo'], variables);
    expect(after.digest).not.toBe(before.digest);
    expect(await ran(home, ['run', '--verbose', 'echo'], variables)).toBe(after.digest);
  });
});

describe('a passed value is covered and not told', () => {
  test('neither as it is, nor as a hash that anyone could try values against', async () => {
    const { text } = await explained(prepare());
    expect(text).toContain('ACME_TOKEN');
    for (const form of [VALUE, `ACME_TOKEN=${VALUE}`]) {
      expect(text).not.toContain(form);
      for (const encoding of ['hex', 'base64'] as const)
        expect(text).not.toContain(createHash('sha256').update(form).digest(encoding));
    }
    expect(text).not.toContain(Buffer.from(VALUE).toString('base64'));
  });

  test('nor by `run`, nor in any file that is kept', async () => {
    const home = prepare();
    const { stderr } = await msr(home, ['run', '--verbose', 'echo'], { env });
    expect(String(stderr)).not.toContain(VALUE);
    const { stdout } = await msr(home, ['explain', 'echo'], { env });
    expect(String(stdout)).not.toContain(VALUE);
    const kept = readdirSync(home.directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(kept.length).toBeGreaterThanOrEqual(3); // the policy, as text and compiled, and the key
    for (const { parentPath, name } of kept)
      expect(readFileSync(`${parentPath}/${name}`, 'latin1'), name).not.toContain(VALUE);
  });

  test('its hash needs a key that stays in the state directory: without a value, the key changes nothing', async () => {
    const home = prepare();
    const before = await explained(home);
    rmSync(`${home.directory}/state/digest-key`);
    expect((await explained(home)).digest).not.toBe(before.digest);

    writeFileSync(home.policy, policyOf(fixtureServer('echo', 'echo.mjs')));
    const withoutValue = await explained(home);
    rmSync(`${home.directory}/state/digest-key`);
    expect((await explained(home)).digest).toBe(withoutValue.digest);
  });
});

function edit(home: Home, from: string, to: string): void {
  writeFileSync(home.policy, readFileSync(home.policy, 'utf8').replace(from, to));
}
