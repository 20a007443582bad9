import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clientEnv, COMMAND, msr, REPOSITORY } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';
import { SecretService } from '../kit/secret-service.ts';
import { SecretHome } from '../kit/secrets.ts';
import { atTerminal } from '../kit/terminal.ts';

const VALUE = 'canary-4f1c9e27a0';

/** A policy of servers that have these secrets, by their ids. */
function policyWith(servers: Readonly<Record<string, Record<string, unknown>>>): string {
  const entries = Object.entries(servers).map(([id, more]) => [id, { command: '/bin/true', ...more }]);
  return JSON.stringify({ version: 1, servers: Object.fromEntries(entries) });
}

/** Without the milliseconds, which are another each time, and the widths that come of them. */
function table(text: unknown): string[] {
  return String(text)
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +\d+ ms/, '').replaceAll(/ +/g, ' '));
}

describe('`secrets`', () => {
  test('says of each whether it can be had, and nothing of its value', async () => {
    const home = makeHome(
      policyWith({
        crm: { secrets: { TOKEN: 'env:CRM', PIN: { from: 'env:NONE', optional: true } } },
        other: { secrets: { KEY: 'env:NONE' } },
        plain: {},
      }),
    );
    const { stdout, stderr, exitCode } = await msr(home, ['secrets'], { env: { CRM: VALUE } });
    expect(exitCode).toBe(1);
    expect(table(stdout)).toEqual(['crm TOKEN yes env:CRM', 'crm PIN left out env:NONE', 'other KEY no env:NONE']);
    expect(String(stderr).split('\n')[0]).toBe(
      'error[secret-unresolved]: `KEY` cannot be had from `env:NONE`: the variable is not set',
    );
    expect(String([stdout, stderr])).not.toContain(VALUE);
  });

  test('asks for those of the server that is named, and for no others', async () => {
    const home = makeHome(policyWith({ crm: { secrets: { TOKEN: 'env:CRM' } } }));
    const touch = home.write('touch', `#!/bin/sh\ntouch ${home.directory}/asked; echo ${VALUE}\n`, 0o700);
    const other = { secrets: { KEY: { cmd: [touch] } } };
    home.write('config/policy.yaml', policyWith({ crm: { secrets: { TOKEN: 'env:CRM' } }, other }));
    const isAsked = async (...words: string[]): Promise<[unknown, boolean]> => {
      const { exitCode } = await msr(home, ['secrets', ...words], { env: { CRM: VALUE } });
      return [exitCode, await msr(home, ['--version']).then(() => exists(`${home.directory}/asked`))];
    };
    expect(await isAsked('crm')).toEqual([0, false]);
    expect(await isAsked()).toEqual([0, true]);
  });

  test('does not need the variables of the client that no secret is', async () => {
    const home = makeHome(policyWith({ crm: { pass: ['REGION'], secrets: { TOKEN: 'env:CRM' } } }));
    expect((await msr(home, ['secrets'], { env: { CRM: VALUE } })).exitCode).toBe(0);
  });

  test('prints one document with `--json`, in its published shape', async () => {
    const home = makeHome(policyWith({ crm: { secrets: { A: 'env:CRM', B: 'env:NONE' } } }));
    const { stdout, stderr, exitCode } = await msr(home, ['secrets', 'crm', '--json'], { env: { CRM: VALUE } });
    const document: unknown = JSON.parse(String(stdout));
    const schema: object = JSON.parse(readFileSync(`${REPOSITORY}/schema/secrets.schema.json`, 'utf8'));
    expect(new Ajv2020({ strict: false }).validate(schema, document)).toBe(true);
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(document).toMatchObject({
      version: 1,
      ok: false,
      secrets: [
        { server: 'crm', variable: 'A', reference: 'env:CRM', resolves: 'yes' },
        { server: 'crm', variable: 'B', reference: 'env:NONE', resolves: 'no' },
      ],
      findings: [{ ident: 'secret-unresolved' }],
    });
    expect(stdout).not.toContain(VALUE);
  });

  test('of a server that is not there is no empty answer', async () => {
    const { stdout, stderr, exitCode } = await msr(makeHome(policyWith({ crm: {} })), ['secrets', 'cmr']);
    expect([exitCode, stdout]).toEqual([127, '']);
    expect(stderr).toContain('did you mean `crm`?');
  });

  test('where there is none says so', async () => {
    const { stdout, exitCode } = await msr(makeHome(policyWith({ crm: {} })), ['secrets']);
    expect([exitCode, stdout]).toEqual([0, 'no server here has a secret']);
  });

  test('SIGTERM while a store is silent ends that too', async () => {
    const home = makeHome('');
    const silent = home.write('silent', `#!/bin/sh\necho $$ > ${home.directory}/pid\nexec sleep 1000\n`, 0o700);
    home.write('config/policy.yaml', policyWith({ crm: { secrets: { TOKEN: { cmd: [silent] } } } }));
    for (const words of [['secrets'], ['run', 'crm']]) {
      const child = spawn(process.execPath, [COMMAND, ...words], { env: clientEnv(home), cwd: '/', stdio: 'ignore' });
      const pid = await textOf(`${home.directory}/pid`);
      expect(exists(`/proc/${pid}`)).toBe(true);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
      await expect.poll(() => exists(`/proc/${pid}/exe`), { timeout: 5000 }).toBe(false);
      home.write('pid', '');
    }
  });
});

/** A home whose server has what is kept there. */
const homeOf = (reference: string): Home => makeHome(policyWith({ crm: { secrets: { TOKEN: reference } } }));

const attributes = (name: string): string[] => {
  const [, account = ''] = name.split('/');
  return ['service', name.split('/')[0] ?? '', 'username', account];
};

describe('`secrets set` and `secrets rm`', () => {
  const keyringHome = new SecretHome();
  const service = new SecretService(keyringHome.path);
  const env = { DBUS_SESSION_BUS_ADDRESS: service.address };
  beforeAll(async () => {
    await service.startBus();
    await service.startService();
  });
  afterAll(() => service.stop());

  const kept = (name: string): string => service.runWith('', 'secret-tool', 'lookup', ...attributes(name)).stdout;
  test('by stdin: it is stored without its line’s end, and can be had until it is removed', async () => {
    const home = homeOf('keyring:piped/ann');
    const set = await msr(home, ['secrets', 'set', 'keyring:piped/ann'], { input: `${VALUE}\n`, env });
    expect([set.exitCode, set.stdout]).toEqual([0, '']);
    expect(set.stderr).toBe('stored; a server gets it by `secrets: { NAME: "keyring:piped/ann" }`');
    expect(kept('piped/ann')).toBe(VALUE);
    expect((await msr(home, ['secrets'], { env })).exitCode).toBe(0);
    expect((await msr(home, ['secrets', 'rm', 'keyring:piped/ann'], { env })).exitCode).toBe(0);
    expect(kept('piped/ann')).toBe('');
    const again = await msr(home, ['secrets', 'rm', 'keyring:piped/ann'], { env });
    expect(again.exitCode).toBe(125);
    expect(again.stderr).toContain('was not removed: the keyring has nothing for service `piped`');
    expect((await msr(home, ['secrets'], { env })).exitCode).toBe(1);
  });

  test('at a terminal: it is not shown, and backspace works', async () => {
    const home = homeOf('keyring:typed/ann');
    const words = ['secrets', 'set', 'keyring:typed/ann'];
    const typed = `wrong\u0015${VALUE}XY\u007F\b\r`;
    const { shown, code } = await atTerminal(home, words, { typed, when: '(it is not shown): ', env });
    expect([code, kept('typed/ann')]).toEqual([0, VALUE]);
    expect(shown).toContain('stored; ');
    expect(shown).not.toContain('canary');
  });

  test.each([
    ['Ctrl-C', `${VALUE}\u0003`],
    ['Ctrl-D', '\u0004'],
    ['a second line', `${VALUE}\rrm -r x\r`],
    ['an arrow key', `${VALUE}\u001B[D\r`],
    ['nothing', '\r'],
  ])('at a terminal: %s stores nothing', async (_what, typed) => {
    const words = ['secrets', 'set', 'keyring:none/ann'];
    const { shown, code } = await atTerminal(homeOf('env:A'), words, { typed, when: '(it is not shown): ', env });
    expect([code, kept('none/ann')]).toEqual([125, '']);
    expect(shown).not.toContain('canary');
  });

  test('the terminal is as it was, after a fault as well', async () => {
    // The shell that starts us tells how its terminal is, before and after.
    const home = homeOf('env:A');
    const line = `stty -a > ${home.directory}/before; ${process.execPath} ${COMMAND} secrets set keyring:after/ann; stty -a > ${home.directory}/after`;
    const child = spawn('script', ['--quiet', '--command', line, '/dev/null'], {
      env: clientEnv(home, { TERM: 'xterm', SHELL: '/bin/sh' }), // no bus: it cannot be stored
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.once('data', () => child.stdin.write(`${VALUE}\r`));
    await once(child, 'close');
    expect(readFileSync(`${home.directory}/before`, 'utf8')).toContain(' echo ');
    expect(readFileSync(`${home.directory}/after`, 'utf8')).toBe(readFileSync(`${home.directory}/before`, 'utf8'));
  });

  test('`--no-input` asks nobody', async () => {
    const { shown, code } = await atTerminal(homeOf('env:A'), ['secrets', 'set', 'keyring:a', '--no-input'], { env });
    expect(code).toBe(2);
    expect(shown).toContain('needs-terminal');
  });

  test.each<[what: string, input: string | Buffer, says: string]>([
    ['nothing', '', 'it is empty'],
    ['a line’s end alone', '\n', 'it is empty'],
    ['a NUL', 'abcdefgh\0i', 'it has a NUL in it'],
    ['what is too long', 'a'.repeat(70_000), 'it is longer than 64 KiB'],
    ['what is no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x81]), 'it is not UTF-8'],
  ])('%s is not stored', async (_what, input, says) => {
    const { stderr, exitCode } = await msr(homeOf('env:A'), ['secrets', 'set', 'keyring:bad/ann'], { input, env });
    expect([exitCode, kept('bad/ann')]).toEqual([125, '']);
    expect(stderr).toContain(`error[secret-value]: \`keyring:bad/ann\` was not stored: ${says}`);
  });

  test('what is too short to be masked is stored with a warning', async () => {
    const { stderr, exitCode } = await msr(homeOf('env:A'), ['secrets', 'set', 'keyring:pin/ann'], {
      input: '1234567',
      env,
    });
    expect([exitCode, kept('pin/ann')]).toEqual([0, '1234567']);
    expect(stderr).toContain('warning[secret-too-short]: `keyring:pin/ann` has fewer than 8 bytes');
    expect(stderr).toContain('`unsafe: [short-secret]`');
  });

  test.each([
    ['set', 'pass:work/crm', '`pass insert work/crm`'],
    ['rm', 'pass:work/crm', '`pass rm work/crm`'],
    ['set', 'vault:secret/crm#token', '`vault kv patch secret/crm token=-`'],
    ['set', "file:/srv/it's", `\`install -m 600 /dev/stdin '/srv/it'\\''s'\``],
    ['set', 'gcp-sm:projects/p1/secrets/s1', '`gcloud secrets versions add s1 --project=p1 --data-file=-`'],
    ['set', 'env:TOKEN', 'set `TOKEN` where the client starts'],
  ])('`secrets %s %s` says what to type instead', async (verb, reference, says) => {
    const { stderr, exitCode } = await msr(homeOf('env:A'), ['secrets', verb, reference], { input: VALUE, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });

  test('what is no reference is not repeated: it may be the secret', async () => {
    const { stderr, exitCode } = await msr(homeOf('env:A'), ['secrets', 'set', VALUE], { env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[usage]: what `secrets set` got is no reference');
    expect(stderr).not.toContain('canary');
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}

/** What a file holds, once it holds something. */
async function textOf(path: string): Promise<string> {
  await expect.poll(() => exists(path) && readFileSync(path, 'utf8').trim(), { timeout: 10_000 }).toBeTruthy();
  return readFileSync(path, 'utf8').trim();
}
