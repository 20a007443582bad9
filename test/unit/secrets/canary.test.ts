import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setInKeyring } from '../../../src/secrets/keyring.ts';
import { resolveSecrets } from '../../../src/secrets/resolve-secrets.ts';
import { ask, outcome, SecretHome } from '../../kit/secrets.ts';
import { SecretService } from '../../kit/secret-service.ts';

const home = new SecretHome();
const service = new SecretService(home.path);
const CANARY = `canary-${randomBytes(12).toString('hex')}`;

beforeAll(async () => {
  await service.startBus();
  await service.startService();
});
afterAll(() => service.stop());

/** The processes of this machine that have it in their arguments or their environment. */
function holders(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => ['cmdline', 'environ'].map((what) => `${pid}/${what}`))
    .filter((path) => read(`/proc/${path}`).includes(CANARY));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // gone, or another account's
  }
}

/** The files of the test's home that have it, and those of this process’s own directories. */
function files(): string[] {
  return readdirSync(home.path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('run/'))
    .filter((name) => read(`${home.path}/${name}`).includes(CANARY));
}

describe('while a provider gives a value, and after', () => {
  test('it is in no argument, no environment and no file but where it is kept', async () => {
    const around = home.around({ DBUS_SESSION_BUS_ADDRESS: service.address });
    const kept = home.write('kept', CANARY);
    const dotenv = home.write('.env', `TOKEN=${CANARY}`);
    expect(await setInKeyring({ service: 'crm' }, CANARY, around)).toMatchObject({ ok: true });
    // Two that have printed it and stay: one as a tool, one as a program of the policy, until they are let go.
    const wait = `echo x >> ${home.path}/waiting; while [ ! -e ${home.path}/go ]; do sleep 0.02; done`;
    home.program('bin/op', `cat ${kept}; ${wait}`);
    const program = home.program('get', `cat ${kept}; ${wait}`);
    const asked = [
      ask({ provider: 'cmd', argv: [program] }),
      ask('op://Work/GitHub/token'),
      ask({ provider: 'file', path: kept }),
      ask({ provider: 'dotenv', path: dotenv, key: 'TOKEN' }),
      ask('keyring:crm'),
    ];
    const resolving = resolveSecrets(asked, around);
    const waiting = `${home.path}/waiting`;
    while (!existsSync(waiting) || readFileSync(waiting, 'utf8').length < 4) await delay(20);
    const during = [holders(), files()];
    writeFileSync(`${home.path}/go`, '');
    const answers = await resolving;
    expect(answers.map(outcome)).toEqual(Array.from({ length: 5 }, () => `got ${CANARY}`));
    expect(during).toEqual([[], ['.env', 'kept']]);
    expect([holders(), files()]).toEqual([[], ['.env', 'kept']]);
  });

  test('and the search would find it', async () => {
    const found = home.program('leak', `sh -c 'sleep 1000; true' sh "$(cat ${home.path}/kept)"`);
    const controller = new AbortController();
    const resolving = resolveSecrets([ask({ provider: 'cmd', argv: [found] })], {
      ...home.around(),
      signal: controller.signal,
    });
    let seen: string[] = [];
    while (seen.length === 0) {
      await delay(20);
      seen = holders();
    }
    expect(seen[0]).toMatch(/cmdline$/);
    controller.abort();
    await resolving;
  });
});
