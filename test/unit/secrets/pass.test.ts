import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveOne, SecretHome } from '../../kit/secrets.ts';

// The real `pass`, with gpg keys made for this test: one that opens by itself, one that wants a passphrase.
const home = new SecretHome();
const shell = (script: string): string =>
  execFileSync('/bin/sh', ['-euc', script], {
    env: { HOME: home.path, PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

beforeAll(() => {
  mkdirSync(`${home.path}/.gnupg`, { mode: 0o700 });
  shell(`
    for key in open shut; do
      [ $key = shut ] && word='a passphrase' || word=
      gpg --batch --quiet --pinentry-mode loopback --passphrase "$word" \\
        --quick-generate-key $key@example.org default default never
    done
    pass init open@example.org
    printf 'canary-of-pass\\nuser: ann\\n' | pass insert -m work/github
    printf 'canary-without-a-line-end' | pass insert -m bare
    printf '\\nuser: ann\\n' | pass insert -m nothing
    pass init -p shut shut@example.org
    printf 'canary-that-is-shut\\n' | pass insert -m shut/crm
    gpgconf --kill gpg-agent`);
}, 120_000);

afterAll(() => {
  shell('gpgconf --kill all');
});

describe('pass, the real one', () => {
  test.each([
    ['gives the first line', 'pass:work/github', 'got canary-of-pass'],
    ['gives a line without an end', 'pass:bare', 'got canary-without-a-line-end'],
    ['never gives an empty one', 'pass:nothing', 'unusable: it is empty'],
    [
      'says what it has not',
      'pass:work/none',
      'absent: `pass` has no such secret: Error: work/none is not in the password store.',
    ],
  ])('%s', async (_title, reference, expected) => {
    expect(await resolveOne(reference, home.around())).toBe(expected);
  });

  test('is locked where a key wants a passphrase and nobody is there to type it', async () => {
    // What gpg says of it differs with its version, and with the program that it would ask by.
    expect(await resolveOne('pass:shut/crm', home.around())).toMatch(/^locked: `pass` is locked: .*gpg: /);
  });

  test('gives what an agent holds unlocked', async () => {
    const decrypt = 'gpg --batch --pinentry-mode loopback --passphrase "a passphrase" --decrypt';
    shell(`${decrypt} "$HOME/.password-store/shut/crm.gpg" >/dev/null 2>&1`);
    expect(await resolveOne('pass:shut/crm', home.around())).toBe('got canary-that-is-shut');
    shell('gpgconf --kill gpg-agent');
  });

  test('does not list a directory as a secret', async () => {
    expect(await resolveOne('pass:work', home.around())).not.toMatch(/^got .*github/);
  });

  test('takes another store where the client names it', async () => {
    shell('PASSWORD_STORE_DIR="$HOME/other" pass init open@example.org');
    shell(`printf 'canary-of-another' | PASSWORD_STORE_DIR="$HOME/other" pass insert -m one`);
    chmodSync(`${home.path}/other`, 0o700);
    const around = home.around({ PASSWORD_STORE_DIR: `${home.path}/other` });
    expect(await resolveOne('pass:one', around)).toBe('got canary-of-another');
  });
});
