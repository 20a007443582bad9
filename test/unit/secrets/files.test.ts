import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { idsOf, isRoot } from '../../kit/account.ts';
import { resolveOne, SecretHome } from '../../kit/secrets.ts';

const home = new SecretHome();
const around = home.around({ CRM_TOKEN: 'canary-of-the-client', EMPTY: '' });
const VALUE = 'canary-in-a-file';

describe('a variable of the client', () => {
  test.each([
    ['is taken', 'env:CRM_TOKEN', 'got canary-of-the-client'],
    ['that is not set is none', 'env:NONE', 'absent: the variable is not set'],
    ['that is empty is not passed on', 'env:EMPTY', 'unusable: it is empty'],
    ['is its own: every object has a `constructor`', 'env:constructor', 'absent: the variable is not set'],
  ])('%s', async (_title, reference, expected) => {
    expect(await resolveOne(reference, around)).toBe(expected);
  });
});

describe('what a file holds', () => {
  test.each<[string, string | Buffer, string]>([
    ['is the secret', VALUE, `got ${VALUE}`],
    ['loses the end of its line', `${VALUE}\n`, `got ${VALUE}`],
    ['loses the end of its line, as Windows writes it', `${VALUE}\r\n`, `got ${VALUE}`],
    ['loses one end of a line and no more', `${VALUE}\n\n`, `got ${VALUE}\n`],
    ['keeps its lines', `-----BEGIN\n${VALUE}\n-----END\n`, `got -----BEGIN\n${VALUE}\n-----END`],
    ['keeps its spaces', ` ${VALUE} `, `got  ${VALUE} `],
    ['loses the mark of its byte order', `\uFEFF${VALUE}`, `got ${VALUE}`],
    ['is never nothing', '', 'unusable: it is empty'],
    ['is never an end of a line alone', '\n', 'unusable: it is empty'],
    ['is no function of a shell', '() { :; }; echo', 'unusable: it is a function of a shell'],
    ['has no NUL', `a\0${VALUE}`, 'unusable: it has a NUL in it, which no variable can hold'],
    ['is UTF-8', Buffer.from([0x63, 0xff, 0xfe, ...Buffer.from(VALUE)]), 'unusable: it is not UTF-8'],
    ['may be as long as the limit', 'x'.repeat(65_536), `got ${'x'.repeat(65_536)}`],
    ['is not longer', 'x'.repeat(65_537), 'unusable: it is longer than 64 KiB'],
    [
      'is long enough to be masked',
      'x'.repeat(7),
      'short: it is shorter than 8 bytes, and could not be masked without masking other text',
    ],
    ['is measured in bytes', 'ö'.repeat(4), `got ${'ö'.repeat(4)}`],
  ])('%s', async (_title, content, expected) => {
    expect(await resolveOne({ provider: 'file', path: home.write('content', content) }, around)).toBe(expected);
  });
});

describe('a file with a secret', () => {
  test.each(['640', '604', '620', '602', '644', '666', '610', '601'])(
    'is not open to others: mode %s',
    async (mode) => {
      const path = home.write('open', VALUE, Number.parseInt(mode, 8));
      const expected = `unsafe-file: ${path} is open to other accounts (mode ${mode})`;
      expect(await resolveOne({ provider: 'file', path }, around)).toBe(expected);
    },
  );

  test.each(['600', '400', '700'])('may be the account’s alone: mode %s', async (mode) => {
    const path = home.write('own', VALUE, Number.parseInt(mode, 8));
    expect(await resolveOne({ provider: 'file', path }, around)).toBe(`got ${VALUE}`);
  });

  test('is found where a link leads', async () => {
    home.write('dotfiles/token', VALUE);
    symlinkSync('dotfiles/token', `${home.path}/link`);
    expect(await resolveOne({ provider: 'file', path: `${home.path}/link` }, around)).toBe(`got ${VALUE}`);
  });

  test('is judged where a link leads', async () => {
    home.write('dotfiles/open', VALUE, 0o644);
    symlinkSync('dotfiles/open', `${home.path}/link-to-open`);
    expect(await resolveOne({ provider: 'file', path: `${home.path}/link-to-open` }, around)).toMatch(/^unsafe-file: /);
  });

  test('lies in no directory that others may write', async () => {
    const path = home.write('shared/token', VALUE);
    chmodSync(`${home.path}/shared`, 0o777);
    const expected = `unsafe-file: ${home.path}/shared, above it, can be written by other accounts`;
    expect(await resolveOne({ provider: 'file', path }, around)).toBe(expected);
  });

  test('is reached by no link that others may change', async () => {
    mkdirSync(`${home.path}/links`);
    symlinkSync(home.write('kept/token', VALUE), `${home.path}/links/token`);
    chmodSync(`${home.path}/links`, 0o777);
    const expected = `unsafe-file: ${home.path}/links, above it, can be written by other accounts`;
    expect(await resolveOne({ provider: 'file', path: `${home.path}/links/token` }, around)).toBe(expected);
  });

  test.runIf(isRoot)('is no other account’s', async () => {
    const path = home.write('foreign', VALUE);
    chownSync(path, idsOf('nobody').uid, idsOf('nobody').gid);
    expect(await resolveOne({ provider: 'file', path }, around)).toBe(
      `unsafe-file: ${path} belongs to neither root nor you`,
    );
  });

  test('is no FIFO, and nobody waits for one', async () => {
    execFileSync('mkfifo', ['-m', '600', `${home.path}/fifo`]);
    const expected = `unsafe-file: ${home.path}/fifo is not a regular file`;
    expect(await resolveOne({ provider: 'file', path: `${home.path}/fifo` }, around)).toBe(expected);
  });

  test.each([
    ['is no device', '/dev/zero', /^unsafe-file: \/dev\/zero is not a regular file$/],
    ['is no directory', '/etc', /^unsafe-file: \/etc is not a regular file$/],
    ['has a size, whatever it says of itself', '/proc/self/environ', /^unusable: it has a NUL/],
    ['is there', '/etc/no/such/file', /^absent: there is no such file$/],
    ['is below no file', '/etc/passwd/token', /^absent: there is no such file$/],
  ])('%s', async (_title, path, expected) => {
    expect(await resolveOne({ provider: 'file', path }, around)).toMatch(expected);
  });

  test('does not lead round in a circle', async () => {
    symlinkSync('circle', `${home.path}/circle`);
    const expected = 'refused: the file cannot be read (ELOOP)';
    expect(await resolveOne({ provider: 'file', path: `${home.path}/circle` }, around)).toBe(expected);
  });
});

describe('a variable of a `.env` file', () => {
  const path = home.write(
    '.env',
    [
      '\uFEFFFIRST=canary-first',
      'export EXPORTED="canary exported" # not this',
      "RAW='canary $HOME \\n `id`'",
      'TWO="canary one\\ncanary two"',
      'EXPANDED=${CRM_TOKEN}-and-$(id)-more',
      'EMPTY=',
      'TWICE=canary-one',
      'TWICE=canary-two',
      'WINDOWS=canary-windows\r',
    ].join('\n'),
  );

  test.each([
    ['FIRST', 'got canary-first'],
    ['EXPORTED', 'got canary exported'],
    ['RAW', 'got canary $HOME \\n `id`'],
    ['TWO', 'got canary one\ncanary two'],
    ['EXPANDED', 'got ${CRM_TOKEN}-and-$(id)-more'],
    ['EMPTY', 'unusable: it is empty'],
    ['TWICE', 'got canary-two'],
    ['WINDOWS', 'got canary-windows'],
    ['NONE', 'absent: `NONE` is not in the file'],
    ['__proto__', 'absent: `__proto__` is not in the file'],
    ['constructor', 'absent: `constructor` is not in the file'],
  ])('%s', async (key, expected) => {
    expect(await resolveOne({ provider: 'dotenv', path, key }, around)).toBe(expected);
  });

  test('is asked for by its file’s rules', async () => {
    const open = home.write('open.env', 'FIRST=canary-first', 0o644);
    expect(await resolveOne({ provider: 'dotenv', path: open, key: 'FIRST' }, around)).toMatch(/^unsafe-file: /);
  });
});
