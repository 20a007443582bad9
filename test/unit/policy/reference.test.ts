import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseCommand,
  parseReference,
  pathOf,
  referenceText,
  withPath,
  type Parsed,
  type Reference,
} from '../../../src/policy/reference.ts';

const outcome = (parsed: Parsed): unknown => (parsed.ok ? parsed.reference : 'refused');

describe('a reference', () => {
  test.each<[string, Reference]>([
    ['env:GITHUB_TOKEN', { provider: 'env', name: 'GITHUB_TOKEN' }],
    ['file:/run/secrets/token', { provider: 'file', path: '/run/secrets/token' }],
    ['file:~/.config/crm/token', { provider: 'file', path: '~/.config/crm/token' }],
    ['file:secrets/a token', { provider: 'file', path: 'secrets/a token' }],
    ['file:./token', { provider: 'file', path: './token' }],
    ['dotenv:~/work/#1/.env#API_KEY', { provider: 'dotenv', path: '~/work/#1/.env', key: 'API_KEY' }],
    ['keyring:github', { provider: 'keyring', service: 'github' }],
    ['keyring:github/ann', { provider: 'keyring', service: 'github', account: 'ann' }],
    ['op://Work/GitHub/token', { provider: 'op', uri: 'op://Work/GitHub/token' }],
    ['op://Work/My item/API/key?attribute=otp', { provider: 'op', uri: 'op://Work/My item/API/key?attribute=otp' }],
    ['bw:GitHub', { provider: 'bw', item: 'GitHub' }],
    ['bw:CRM #1#api key', { provider: 'bw', item: 'CRM #1', field: 'api key' }],
    ['pass:work/github', { provider: 'pass', name: 'work/github' }],
    ['vault:secret/data/crm#token', { provider: 'vault', path: 'secret/data/crm', key: 'token' }],
    ['sops:secrets.yaml#github/token', { provider: 'sops', path: 'secrets.yaml', key: 'github/token' }],
    ['aws-sm:prod/crm', { provider: 'aws-sm', id: 'prod/crm' }],
    [
      'aws-sm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf#token',
      {
        provider: 'aws-sm',
        id: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf',
        key: 'token',
      },
    ],
    ['gcp-sm:projects/acme/secrets/crm', { provider: 'gcp-sm', project: 'acme', secret: 'crm' }],
    [
      'gcp-sm:projects/1234/secrets/crm/versions/7',
      { provider: 'gcp-sm', project: '1234', secret: 'crm', version: '7' },
    ],
    ['az-kv:acme-vault/crm', { provider: 'az-kv', vault: 'acme-vault', name: 'crm' }],
    [
      `az-kv:acme-vault/crm/${'0a'.repeat(16)}`,
      { provider: 'az-kv', vault: 'acme-vault', name: 'crm', version: '0a'.repeat(16) },
    ],
  ])('%s', (text, reference) => {
    expect(outcome(parseReference(text))).toEqual(reference);
    expect(referenceText(reference)).toBe(text);
  });

  test.each([
    ['of no store', 'github'],
    ['of a store that there is not', 'http://127.0.0.1/token'],
    ['of an object’s own name', 'constructor:x'],
    ['of a command line', 'cmd:/bin/cat /etc/passwd'],
    ['with an empty name', 'env:'],
    ['that is a shell’s expansion', 'env:${TOKEN}'],
    ['with a line break', 'env:TOKEN\n'],
    ['with a NUL', 'file:/run/token\0.txt'],
    ['with a character that turns text round', 'file:/run/\u202Etxt.token'],
    ['with a space at its end', 'file:/run/token '],
    ['to a directory', 'file:/run/secrets/'],
    ['to the root', 'file:/'],
    ['that goes up', 'file:../token'],
    ['that goes up later', 'file:/run/secrets/../shadow'],
    ['to another’s home', 'file:~ann/token'],
    ['to another’s home, from here', 'file:~/~/../token'],
    ['to a file without a variable', 'dotenv:.env'],
    ['to a file with an empty variable', 'dotenv:.env#'],
    ['to a variable without a file', 'dotenv:#TOKEN'],
    ['to an empty service', 'keyring:/ann'],
    ['to an empty account', 'keyring:github/'],
    ['to more than an account', 'keyring:github/ann/x'],
    ['to a vault alone', 'op://Work'],
    ['to an item alone', 'op://Work/GitHub'],
    ['to an empty item', 'op://Work//token'],
    ['to an option of `bw`', 'bw:--session'],
    ['to an empty field', 'bw:GitHub#'],
    ['to an option of `pass`', 'pass:--clip'],
    ['out of the store of `pass`', 'pass:../../etc/passwd'],
    ['from the root of `pass`', 'pass:/etc/passwd'],
    ['to an option of `vault`', 'vault:-address=http://127.0.0.1#token'],
    ['to a whole path of `vault`', 'vault:secret/crm'],
    ['out of a key of `sops`', 'sops:secrets.yaml#a"]["b'],
    ['to an option of `aws`', 'aws-sm:--debug'],
    ['to a file that `aws` would read', 'aws-sm:file:///etc/passwd'],
    ['to a file that `aws` would read as bytes', 'aws-sm:fileb://x'],
    ['to a file that `az` would read', 'az-kv:acme-vault/@x'],
    ['to an address of a vault', 'az-kv:https://acme.vault.azure.net/crm'],
    ['to an option of `gcloud`', 'gcp-sm:projects/--x/secrets/crm'],
    ['to half a version', 'gcp-sm:projects/acme/secrets/crm/versions/'],
  ])('%s is refused', (_title, text) => {
    expect(outcome(parseReference(text))).toBe('refused');
  });

  test('that is refused is not repeated: it may be the secret', () => {
    for (const text of ['ghp_CANARY', 'env:CANARY-1', 'file:../CANARY', 'bw:-CANARY', 'op://CANARY']) {
      const parsed = parseReference(text);
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain('CANARY');
    }
  });
});

describe('a command', () => {
  test('is a list that starts with a path', () => {
    const reference: Reference = { provider: 'cmd', argv: ['/usr/bin/get', '--name', 'a b'] };
    expect(outcome(parseCommand(['/usr/bin/get', '--name', 'a b']))).toEqual(reference);
    expect(referenceText(reference)).toBe('{ cmd: ["/usr/bin/get", "--name", "a b"] }');
  });

  test.each([
    ['nothing', []],
    ['a name', ['get']],
    ['a path from the policy', ['./get']],
    ['a path that goes up', ['/usr/../tmp/get']],
    ['an empty argument', ['/usr/bin/get', '']],
    ['a NUL', ['/usr/bin/get', 'a\0b']],
    ['a line break', ['/usr/bin/get', 'a\nb']],
  ])('%s is refused', (_title, argv) => {
    expect(outcome(parseCommand(argv))).toBe('refused');
  });
});

test('the file of a reference can be told, and be put in its place', () => {
  const parsed = parseReference('dotenv:.env#KEY');
  if (!parsed.ok) throw new Error(parsed.reason);
  expect(pathOf(parsed.reference)).toBe('.env');
  expect(referenceText(withPath(parsed.reference, '/srv/.env'))).toBe('dotenv:/srv/.env#KEY');
  const vault: Reference = { provider: 'vault', path: 'secret/crm', key: 'token' };
  expect(pathOf(vault)).toBe(undefined);
  expect(withPath(vault, '/srv/.env')).toBe(vault);
});

test('what is read can be written, and is the same when it is read again', () => {
  const scheme = fc.constantFrom(
    ...['env', 'file', 'dotenv', 'keyring', 'op', 'bw', 'pass', 'vault', 'sops', 'aws-sm', 'gcp-sm', 'az-kv'],
  );
  const piece = fc.constantFrom('a', 'B_1', '-', '/', '//', '#', '.', '..', '~', '@', ' ', ':', 'projects/p/secrets/');
  const rest = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  let read = 0;
  fc.assert(
    fc.property(scheme, rest, (name, after) => {
      const parsed = parseReference(`${name}:${after}`);
      if (!parsed.ok) return;
      read += 1;
      expect(referenceText(parsed.reference)).toBe(`${name}:${after}`);
      expect(parseReference(referenceText(JSON.parse(JSON.stringify(parsed.reference))))).toEqual(parsed);
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(100);
});
