import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findingsOf } from '../../../src/secrets/finding-of-fault.ts';
import { resolveSecrets } from '../../../src/secrets/resolve-secrets.ts';
import { REPOSITORY } from '../../kit/command.ts';
import { ask, resolveOne, SecretHome } from '../../kit/secrets.ts';

const STAND_INS = `${REPOSITORY}/fixtures/providers`;

/** Copied, for whoever cloned the repository may have let a group write it. */
const home = new SecretHome();
beforeAll(() => {
  mkdirSync(`${home.path}/bin`, { mode: 0o700 });
  for (const name of readdirSync(STAND_INS).filter((one) => one !== 'README.md')) {
    copyFileSync(`${STAND_INS}/${name}`, `${home.path}/bin/${name}`);
    chmodSync(`${home.path}/bin/${name}`, 0o700);
  }
});

const AKIA = { AWS_ACCESS_KEY_ID: 'x' };

// By stand-ins: what the real ones print was taken from them where they can be had, and else from what they document.
describe.each<[string, readonly [string, Record<string, string>, string, string | RegExp][]]>([
  [
    'op',
    [
      ['a field', {}, 'op://Work/GitHub/token', 'got canary-of-op'],
      ['a service account', { OP_SERVICE_ACCOUNT_TOKEN: 'ops_x' }, 'op://Work/Robot/token', 'got canary-of-a-robot'],
      ['no such item', {}, 'op://Work/None/token', /^absent: `op` has no such secret: .*isn't an item/],
      ['a locked one', {}, 'op://Work/Locked/token', /^locked: `op` is locked: .*not currently signed in/],
    ],
  ],
  [
    'bw',
    [
      ['a password', { BW_SESSION: 's' }, 'bw:GitHub', 'got canary-of-bw'],
      ['a name of an account', { BW_SESSION: 's' }, 'bw:GitHub#username', 'got ann@example.org'],
      ['a field of its user’s', { BW_SESSION: 's' }, 'bw:GitHub#api key', 'got canary-of-a-field'],
      ['no such field', { BW_SESSION: 's' }, 'bw:GitHub#none', 'absent: what `bw` has there lacks it'],
      ['a field that is there twice', { BW_SESSION: 's' }, 'bw:GitHub#twice', 'absent: what `bw` has there lacks it'],
      ['no such item', { BW_SESSION: 's' }, 'bw:None', 'absent: `bw` has no such secret: Not found.'],
      ['more than one item', { BW_SESSION: 's' }, 'bw:Many', /^refused: `bw` ended with 1: More than one result/],
      ['a locked one', {}, 'bw:GitHub', 'locked: `bw` is locked: Vault is locked.'],
      ['nobody logged in', { BW_SESSION: 'old' }, 'bw:GitHub', 'locked: `bw` is locked: You are not logged in.'],
    ],
  ],
  [
    'vault',
    [
      ['a key', { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' }, 'vault:secret/crm#token', 'got canary-of-vault'],
      ['no such key', { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' }, 'vault:secret/crm#none', /^absent: .*not present/],
      [
        'no such path',
        { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' },
        'vault:secret/none#token',
        /^absent: .*No value found/,
      ],
      [
        'a token that is none',
        { VAULT_ADDR: 'https://v', VAULT_TOKEN: 'old' },
        'vault:secret/crm#token',
        /^locked: .*permission denied/,
      ],
      ['a server of a client that gives no token', { VAULT_ADDR: 'https://v' }, 'vault:secret/crm#token', /^unsafe: /],
      [
        'no server',
        { VAULT_TOKEN: 't' },
        'vault:secret/crm#token',
        /^refused: `vault` ended with 2: .*connection refused/,
      ],
    ],
  ],
  [
    'aws',
    [
      ['a whole secret', AKIA, 'aws-sm:plain', 'got canary of aws\n"quoted"'],
      ['a key of one', AKIA, 'aws-sm:prod/crm#token', 'got canary-of-a-key-ö'],
      ['a key that is a number', AKIA, 'aws-sm:prod/crm#number', 'absent: what `aws` has there lacks it'],
      ['a key of what is no JSON', AKIA, 'aws-sm:plain#token', 'absent: what `aws` has there lacks it'],
      ['bytes', AKIA, 'aws-sm:binary', 'absent: what `aws` has there lacks it'],
      ['half a character', AKIA, 'aws-sm:half', 'unusable: it is not UTF-8'],
      [
        'in the region of its ARN',
        AKIA,
        'aws-sm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf',
        'got canary-in-eu-west-1',
      ],
      ['no such secret', AKIA, 'aws-sm:none', /^absent: .*ResourceNotFoundException/],
      ['one that is denied', AKIA, 'aws-sm:denied', /^refused: `aws` ended with 254: .*AccessDeniedException/],
      ['nobody logged in', {}, 'aws-sm:plain', /^locked: .*Unable to locate credentials/],
      ['a login that ran out', { AWS_PROFILE: 'sso' }, 'aws-sm:plain', /^locked: .*aws sso login/],
    ],
  ],
  [
    'gcloud',
    [
      ['the latest version', {}, 'gcp-sm:projects/acme/secrets/crm', 'got canary-of-gcloud-latest'],
      ['a version', {}, 'gcp-sm:projects/acme/secrets/crm/versions/7', 'got canary-of-gcloud-7'],
      ['no such secret', {}, 'gcp-sm:projects/acme/secrets/none', /^absent: .*NOT_FOUND/],
      [
        'nobody logged in',
        { CLOUDSDK_ACTIVE_CONFIG_NAME: 'empty' },
        'gcp-sm:projects/acme/secrets/crm',
        /^locked: .*gcloud auth login/,
      ],
    ],
  ],
  [
    'az',
    [
      ['a secret', {}, 'az-kv:acme-vault/crm', 'got canary of "az"'],
      ['a version of one', {}, `az-kv:acme-vault/crm/${'0a'.repeat(16)}`, 'got canary-of-a-version'],
      ['no such secret', {}, 'az-kv:acme-vault/none', /^absent: .*SecretNotFound/],
      ['nobody logged in', {}, 'az-kv:acme-vault/locked', /^locked: .*az login/],
    ],
  ],
  [
    'sops',
    [
      ['a key in a key', {}, 'sops:/secrets.yaml#github/token', 'got canary-of-sops'],
      ['no such key', {}, 'sops:/secrets.yaml#none', /^absent: .*component \['none'\] not found/],
      ['a file that it cannot open', {}, 'sops:/secrets.yaml#locked', /^locked: .*Failed to get the data key/],
      ['no such file', {}, 'sops:/none.yaml#token', 'absent: there is no such file'],
    ],
  ],
])('%s, by its stand-in', (_tool, rows) => {
  test.each(rows)('%s', async (_title, env, reference, expected) => {
    home.write('secrets.yaml', 'sops: {}\n', 0o644);
    const written = reference.replace('sops:/', `sops:${home.path}/`);
    const said = await resolveOne(written, home.around(env));
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });
});

describe('a tool', () => {
  test('is looked for where the policy says, and nowhere else', async () => {
    const bare = home.around({ PATH: `${home.path}/bin` }, { programPath: ['/usr/bin', '/bin'] });
    expect(await resolveOne('op://Work/GitHub/token', bare)).toBe('missing: `op` is not in /usr/bin, /bin');
  });

  test('is not taken from a directory that others may write', async () => {
    const shared = new SecretHome(onTestFinished);
    shared.program('bin/op', `touch ${shared.path}/was-run; printf canary-of-op`);
    expect(await resolveOne('op://Work/GitHub/token', shared.around())).toBe('got canary-of-op');
    chmodSync(`${shared.path}/bin`, 0o777);
    expect(await resolveOne('op://Work/GitHub/token', shared.around())).toBe('missing: `op` is not in /usr/bin, /bin');
  });

  test('finds what it starts itself where we do', async () => {
    const poor = new SecretHome(onTestFinished);
    poor.program('bin/op', 'printf %s "$PATH"');
    const around = poor.around({ PATH: '/tmp/evil' });
    expect(await resolveOne('op://Work/GitHub/token', around)).toBe(`got ${poor.path}/bin:/usr/bin:/bin`);
  });

  test('gets of the client’s environment what is named for it', async () => {
    const curious = new SecretHome(onTestFinished);
    curious.program('bin/op', 'env');
    curious.program('bin/pass', 'env | tr "\\n" " "');
    const client = {
      ...{
        OP_ACCOUNT: 'a',
        OP_CONNECT_HOST: 'http://evil',
        BW_SESSION: 's',
        AWS_SECRET_ACCESS_KEY: 'k',
        HOME: '/tmp/evil',
      },
      ...{
        LD_PRELOAD: '/tmp/evil.so',
        NODE_OPTIONS: '-r /tmp/evil',
        BASH_ENV: '/tmp/evil',
        HTTPS_PROXY: 'http://proxy:3128',
      },
      ...{ PASSWORD_STORE_GPG_OPTS: '--evil', PASSWORD_STORE_ENABLE_EXTENSIONS: 'true' },
    };
    const seen = await resolveOne('op://Work/GitHub/token', curious.around(client));
    expect(seen).toContain('OP_ACCOUNT=a');
    expect(seen).toContain('HTTPS_PROXY=http://proxy:3128');
    expect(seen).toContain(`HOME=${curious.path}\n`);
    expect(seen).not.toMatch(/evil|BW_SESSION|AWS_/);
    expect(await resolveOne('pass:x', curious.around(client))).not.toMatch(/evil|PROXY|EXTENSIONS|OP_ACCOUNT/);
  });

  test.each([
    ['in a repository', 'work/.gnupg', true, 0o700],
    ['that others may write', 'open/.gnupg', false, 0o777],
  ])('is not given a place %s, where another’s configuration may lie', async (_title, name, hasRepository, mode) => {
    const victim = new SecretHome(onTestFinished);
    victim.program('bin/pass', 'printf %s "$GNUPGHOME"');
    const good = victim.write('.gnupg-of-mine/x', '').replace(/\/x$/, '');
    expect(await resolveOne('pass:x', victim.around({ GNUPGHOME: good }))).toBe(`got ${good}`);
    const bad = victim.write(`${name}/gpg-agent.conf`, 'pinentry-program /tmp/evil').replace(/\/[^/]+$/, '');
    if (hasRepository) victim.write(`${name.split('/')[0]}/.git/HEAD`, '');
    chmodSync(bad, mode);
    expect(await resolveOne('pass:x', victim.around({ GNUPGHOME: bad }))).toBe(
      `unsafe: \`GNUPGHOME\` names ${bad}, which could come from somebody else`,
    );
  });

  test('of a file that others may change is not asked', async () => {
    const path = home.write('changed.yaml', '', 0o666);
    expect(await resolveOne(`sops:${path}#token`, home.around())).toBe(
      `unsafe-file: ${path} can be changed by other accounts`,
    );
  });
});

describe('a variable that the server can do without', () => {
  test('is left out where the store has none', async () => {
    expect(await refusals('env:NONE', 'op://Work/None/token')).toEqual([]);
  });

  test('is not left out where the store may have one', async () => {
    expect(await refusals('op://Work/Locked/token', 'bw:GitHub', 'file:/etc', 'env:EMPTY')).toEqual([
      'secret-unresolved',
      'secret-unresolved',
      'secret-file-unsafe',
      'secret-value',
    ]);
  });
});

test('a finding says which variable, which reference, why, and what to type', async () => {
  const answers = await resolveSecrets(
    [
      ask('op://Work/Locked/token', { variable: 'GITHUB_TOKEN' }),
      ask('env:NONE'),
      ask('file:/etc'),
      ask('env:SHORT'),
      ask('env:EMPTY'),
    ],
    home.around({ SHORT: 'x', EMPTY: '' }),
  );
  expect(findingsOf(answers)).toEqual([
    {
      ident: 'secret-unresolved',
      severity: 'error',
      message:
        '`GITHUB_TOKEN` cannot be had from `op://Work/Locked/token`: `op` is locked: [ERROR] 2026/08/31 12:00:00 you are not currently signed in. Please run `op signin --help` for instructions',
      hint: '`op signin`, or unlock the 1Password application',
    },
    {
      ident: 'secret-unresolved',
      severity: 'error',
      message: '`TOKEN` cannot be had from `env:NONE`: the variable is not set',
      hint: 'set it where the client starts, or keep the secret in a store; `optional: true` if the server can do without',
    },
    expect.objectContaining({ ident: 'secret-file-unsafe', hint: 'name the file itself' }),
    expect.objectContaining({ ident: 'secret-too-short' }),
    expect.objectContaining({ ident: 'secret-value' }),
  ]);
});

test('a secret may be short where the policy says so', async () => {
  const answers = await resolveSecrets([ask('env:SHORT', { mayBeShort: true })], home.around({ SHORT: 'x' }));
  expect(answers[0]).toMatchObject({ ok: true, value: 'x' });
});

/** Of secrets that the server can do without. */
async function refusals(...references: string[]): Promise<unknown> {
  const answers = await resolveSecrets(
    references.map((one) => ask(one, { optional: true })),
    home.around({ EMPTY: '' }),
  );
  return findingsOf(answers).map(({ ident }) => ident);
}
