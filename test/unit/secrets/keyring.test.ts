import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFromKeyring, setInKeyring } from '../../../src/secrets/keyring.ts';
import { resolveOne, SecretHome } from '../../kit/secrets.ts';
import { SecretService } from '../../kit/secret-service.ts';

// The real library, and a real Secret Service.
const home = new SecretHome();
const service = new SecretService(home.path);
const around = () => home.around({ DBUS_SESSION_BUS_ADDRESS: service.address });
const own = home.around().host.account.name;

afterAll(() => service.stop());

describe('without a Secret Service', () => {
  const expected = /^missing: there is no keyring to be reached: /;

  test('says so where there is no bus', async () => {
    const nowhere = home.around({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${home.path}/none` });
    const elsewhere = { ...nowhere, host: { ...nowhere.host, file: () => undefined } };
    expect(await resolveOne('keyring:github', elsewhere)).toMatch(expected);
  });

  test('says so where the bus has none, and never falls back to what forgets', async () => {
    await service.startBus();
    expect(await resolveOne('keyring:github', around())).toMatch(expected);
    expect((await setInKeyring({ service: 'github' }, 'canary-that-is-lost', around())).ok).toBe(false);
  });

  test('starts no program that an address names', async () => {
    const program = home.program('evil', `touch ${home.path}/was-run`);
    const there = home.around({ DBUS_SESSION_BUS_ADDRESS: `unixexec:path=${program}` });
    await resolveOne('keyring:github', there);
    expect(existsSync(`${home.path}/was-run`)).toBe(false);
    // Which the library itself does.
    const keyring = `${process.cwd()}/node_modules/@napi-rs/keyring`;
    const script = `try { new (require(${JSON.stringify(keyring)}).Entry)('a', 'b').getPassword() } catch {}`;
    const address = `unixexec:path=${program}`;
    await execa(process.execPath, ['-e', script], { env: { DBUS_SESSION_BUS_ADDRESS: address }, reject: false });
    expect(existsSync(`${home.path}/was-run`)).toBe(true);
  });
});

describe('a Secret Service, the real one', () => {
  beforeAll(async () => service.startService());

  test('has nothing at first', async () => {
    expect(await resolveOne('keyring:github', around())).toBe(
      `absent: the keyring has nothing for service \`github\`, account \`${own}\``,
    );
  });

  test('gives what was put there, until it is taken out', async () => {
    expect(await setInKeyring({ service: 'github' }, 'canary-of-keyring', around())).toMatchObject({ ok: true });
    expect(await resolveOne('keyring:github', around())).toBe('got canary-of-keyring');
    expect(await resolveOne(`keyring:github/${own}`, around())).toBe('got canary-of-keyring');
    expect(await resolveOne('keyring:github/else', around())).toMatch(/^absent: /);
    await setInKeyring({ service: 'github' }, 'canary-of-another', around());
    expect(await resolveOne('keyring:github', around())).toBe('got canary-of-another');
    expect(await removeFromKeyring({ service: 'github' }, around())).toMatchObject({ ok: true });
    expect(await resolveOne('keyring:github', around())).toMatch(/^absent: /);
    expect(await removeFromKeyring({ service: 'github' }, around())).toMatchObject({
      ok: false,
      fault: { kind: 'absent' },
    });
  });

  test('gives what another program put there', async () => {
    const words = ['store', '--label', 'x', 'service', 'crm', 'username', 'ann'];
    service.runWith('canary-of-secret-tool', 'secret-tool', ...words);
    expect(await resolveOne('keyring:crm/ann', around())).toBe('got canary-of-secret-tool');
    service.runWith('canary-of-a-twin', 'secret-tool', ...words, 'more', 'x');
    expect(await resolveOne('keyring:crm/ann', around())).toBe(
      'refused: the keyring has more than one entry for service `crm`, account `ann`',
    );
  });

  test('keeps text as it is', async () => {
    const text = ' ö\t"$(id)"\n\\line two ';
    await setInKeyring({ service: 'odd', account: 'a b' }, text, around());
    expect(await resolveOne('keyring:odd/a b', around())).toBe(`got ${text}`);
  });

  test('gives text, or says that it is none', async () => {
    service.runWith(
      '',
      'sh',
      '-c',
      String.raw`printf 'canary\377\376' | secret-tool store --label x service bytes username ann`,
    );
    expect(await resolveOne('keyring:bytes/ann', around())).toBe('unusable: it is not UTF-8');
    expect(await setInKeyring({ service: 'empty' }, '\n', around())).toMatchObject({
      ok: false,
      fault: { kind: 'unusable' },
    });
  });

  test('is locked when nobody unlocks it', async () => {
    await setInKeyring({ service: 'github' }, 'canary-of-keyring', around());
    service.lock();
    expect(await resolveOne('keyring:github', around())).toMatch(/^locked: the keyring is locked/);
  });
});
