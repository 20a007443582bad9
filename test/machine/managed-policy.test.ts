import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/host/hash.ts';
import { lockText } from '../../src/lock/lock-text.ts';
import { manifestText } from '../../src/lock/manifest.ts';
import { fillStore } from '../../src/store/fill-store.ts';
import { platformName, storeIn } from '../../src/store/places.ts';
import { idsOf, isRoot } from '../kit/account.ts';
import { COMMAND, REPOSITORY } from '../kit/command.ts';
import { makeHome } from '../kit/home.ts';

/**
 * Machines with a managed policy, made out of this one by namespaces, which takes root: each is tried by root and by an
 * ordinary account, `ann`.
 */

const SCRIPT = `${REPOSITORY}/fixtures/machines/with-managed-policy.sh`;
type AccountName = 'root' | 'ann';
const isRunuserThere = ['/usr/sbin/runuser', '/sbin/runuser'].some((path) => existsSync(path));
const ACCOUNTS: readonly AccountName[] = isRunuserThere ? ['root', 'ann'] : ['root'];
const idOf = (account: AccountName): number => (account === 'root' ? 0 : 1234);

/** A policy of servers that say a word. */
const says = (servers: Readonly<Record<string, string>>, ...more: readonly string[]): string =>
  [
    'version: 1',
    'servers:',
    ...Object.entries(servers).map(([id, word]) => `  ${id}: { command: echo, args: [${word}] }`),
    ...more,
    '',
  ].join('\n');

interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What is to become such a machine. The names of its files are below a directory of the test. */
class Machine {
  readonly #directory: string;

  constructor(managed?: string) {
    this.#directory = makeHome('').directory;
    chmodSync(this.#directory, 0o755);
    for (const name of ['cache', 'homes/root', 'homes/ann']) this.make(name);
    chownSync(this.at('homes/ann'), idOf('ann'), idOf('ann'));
    if (managed !== undefined) this.write('managed/policy.yaml', managed);
  }

  at(name: string): string {
    return join(this.#directory, name);
  }

  make(name: string, mode = 0o755): string {
    mkdirSync(this.at(name), { recursive: true });
    chmodSync(this.at(name), mode);
    return this.at(name);
  }

  /** Written by root, for all to read. */
  write(name: string, text: string | Uint8Array): string {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text, { mode: 0o644 });
    return this.at(name);
  }

  /** The same, by the account itself, with the directories above it. */
  give(account: AccountName, name: string, text: string, mode = 0o644): string {
    const path = this.write(name, text);
    chmodSync(path, mode);
    for (let step = path; step !== this.#directory && dirname(step) !== this.at('homes'); step = dirname(step))
      chownSync(step, idOf(account), idOf(account));
    return path;
  }

  /** A policy of the account's own. */
  own(account: AccountName, text: string): string {
    return this.give(account, `homes/${account}/.config/mcp-secure-run/policy.yaml`, text);
  }

  async type(account: AccountName, args: readonly string[], { env = {}, cwd = '/' }: How = {}) {
    const variables = Object.entries({ PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const as = account === 'root' ? [] : ['runuser', '-u', account, '--'];
    const command = ['/mnt/bin/node', COMMAND.replace(REPOSITORY, '/mnt/code'), ...args];
    const outside = {
      MANAGED: this.at('managed'),
      CACHE: this.at('cache'),
      HOMES: this.at('homes'),
      CODE: REPOSITORY,
      NODE: process.execPath,
    };
    const ended = await execa('unshare', ['--mount', 'sh', SCRIPT, ...as, 'env', '-i', ...variables, ...command], {
      input: '',
      reject: false,
      cwd,
      env: outside,
      timeout: 20_000,
    });
    return { stdout: ended.stdout, stderr: ended.stderr, exitCode: ended.exitCode };
  }

  /** What comes of it in a few words: what the server said, or the code and the findings. */
  async outcome(account: AccountName, args: readonly string[], how: How = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.type(account, args, how);
    const findings = [...stderr.matchAll(/error\[([a-z-]+)\]/g)].map((match) => match[1]);
    if (findings.length === 0) return exitCode === 0 ? stdout : stderr;
    if (args[0] === 'run') expect(stdout).toBe('');
    return `${exitCode} ${[...new Set(findings)].join(', ')}`;
  }
}

const EVIL = says({ crm: 'evil', evil: 'evil' });

// Of a machine, the managed policy, where it lies, and a part of it, which this makes.
const policy = (machine: Machine): string => machine.at('managed/policy.yaml');
const directory = (machine: Machine): string => machine.at('managed');
const part = (machine: Machine): string => machine.write('managed/policy.d/10-more.yaml', says({ more: 'more' }));

/** Takes the managed policy away and puts something else in its place. */
const instead = (put: (path: string, machine: Machine) => void) => (machine: Machine) => {
  rmSync(policy(machine));
  put(policy(machine), machine);
};

/** What root keeps of a managed policy, with another word in it; and where it is kept. */
async function forged(machine: Machine): Promise<{ name: string; text: string }> {
  expect((await machine.type('root', ['check'])).exitCode).toBe(0);
  const [file, ...more] = readdirSync(machine.at('cache/compiled'));
  expect(more).toEqual([]);
  const name = `cache/compiled/${file}`;
  const text = readFileSync(machine.at(name), 'utf8').replaceAll('"value":"managed"', '"value":"forged"');
  expect(text).toContain('"forged"');
  return { name, text };
}

describe.runIf(isRoot).each(ACCOUNTS)('as %s', (account) => {
  test('a server of one’s own starts without a managed policy, and not with one, or this file proves nothing', async () => {
    const machine = new Machine();
    machine.own(account, says({ mine: 'hello' }));
    expect(await machine.outcome(account, ['run', 'mine'])).toBe('hello');
    machine.write('managed/policy.yaml', says({ crm: 'managed' }));
    expect(await machine.outcome(account, ['run', 'mine'])).toBe('126 server-not-managed');
    expect(await machine.outcome(account, ['run', 'crm'])).toBe('managed');
  });

  describe('the managed policy binds, whatever the client’s configuration sets', () => {
    /** A machine whose policies, managed and own, agree; and a directory in which an attacker has put everything. */
    const attacked = (): Machine => {
      // What it passes on is in the digest by a key that lies in our state directory.
      const text = says({ crm: 'managed' }).replace(' }', ', pass: ["TOKEN?"] }');
      const machine = new Machine(text);
      machine.own(account, text);
      for (const name of [
        '.config/mcp-secure-run/policy.yaml',
        'mcp-secure-run/policy.yaml',
        'config/policy.yaml',
        'policy.yaml',
      ])
        machine.give(account, `evil/${name}`, EVIL);
      for (const name of ['echo', 'node', 'bwrap', 'sh'])
        machine.give(account, `evil/bin/${name}`, '#!/bin/sh\necho evil\n', 0o755);
      return machine;
    };

    test.each<[title: string, env: (evil: string) => Record<string, string>]>([
      ['`HOME`', (evil) => ({ HOME: evil })],
      ['`XDG_CONFIG_HOME`', (evil) => ({ XDG_CONFIG_HOME: evil })],
      ['`XDG_CONFIG_DIRS`', (evil) => ({ XDG_CONFIG_DIRS: evil })],
      ['`XDG_STATE_HOME`', (evil) => ({ XDG_STATE_HOME: evil })],
      ['`PATH`', (evil) => ({ PATH: `${evil}/bin` })],
      [
        'all of them, and more',
        (evil) => ({
          ...{ HOME: evil, XDG_CONFIG_HOME: evil, XDG_STATE_HOME: evil, XDG_DATA_HOME: evil, XDG_CACHE_HOME: evil },
          ...{
            PATH: `${evil}/bin`,
            TMPDIR: evil,
            USER: 'root',
            LOGNAME: 'root',
            SHELL: `${evil}/bin/sh`,
            SUDO_UID: '0',
          },
        }),
      ],
    ])('%s', async (_title, env) => {
      const machine = attacked();
      const digest = async (how: How): Promise<unknown> =>
        JSON.parse((await machine.type(account, ['explain', '--json', 'crm'], how)).stdout).digest;
      const how = { env: { TOKEN: 'x', ...env(machine.at('evil')) } };
      const plain = await digest({ env: { TOKEN: 'x' } });
      expect(plain).toMatch(/^sha256:/);
      expect(await digest(how)).toBe(plain);
      expect(await machine.outcome(account, ['run', 'crm'], how)).toBe('managed');
      expect(await machine.outcome(account, ['run', 'evil'], how)).toBe('127 server-unknown');
    });

    test('`MCP_SECURE_RUN_HOME` is refused, by every verb', async () => {
      const machine = attacked();
      const how = { env: { MCP_SECURE_RUN_HOME: machine.at('evil') } };
      for (const words of [
        ['run', 'crm'],
        ['run', 'evil'],
        ['--', 'echo', 'managed'],
        ['explain', 'crm'],
        ['check'],
        ['trust', machine.at('policy.yaml')],
      ])
        expect(await machine.outcome(account, words, how)).toBe('2 home-refused');
    });

    test('a client that stands in a repository of the attacker’s', async () => {
      const machine = attacked();
      machine.make('evil/.git');
      machine.give(account, 'evil/.mcp-secure-run.yaml', 'version: 1\nservers: { crm: { tools: {} } }\n');
      const how = { cwd: machine.at('evil') };
      expect(await machine.outcome(account, ['run', 'crm'], how)).toBe('managed');
      expect(await machine.outcome(account, ['run', 'evil'], how)).toBe('127 server-unknown');
      expect(await machine.outcome(account, ['run', '--policy', 'policy.yaml', 'crm'], how)).toBe(
        '2 policy-in-repository',
      );
    });

    test.each([
      ['has another program for a server of it', says({ crm: 'evil' }), 'crm', '126 layer-conflict'],
      ['adds a server', EVIL, 'evil', '126 server-not-managed'],
      ['adds a ceiling', `${EVIL}ceiling: { command: [/] }\n`, 'evil', '2 policy-layer'],
      ['says nothing', says({}).replace('servers:', 'servers: {}'), 'crm', 'managed'],
    ])('`--policy FILE` that %s', async (_title, text, id, expected) => {
      const machine = attacked();
      const file = machine.give(account, 'chosen.yaml', text);
      expect(await machine.outcome(account, ['run', '--policy', file, id])).toBe(expected);
    });

    test('`--policy FILE` that grants more: what it adds is left out, and said', async () => {
      const machine = attacked();
      machine.make('secret');
      const more = ` files: { read: [${machine.at('secret')}] }, env: { A: x }, unsafe: [host-network] }`;
      const file = machine.give(account, 'chosen.yaml', says({ crm: 'managed' }).replace(' }', `,${more}`));
      const { stdout, stderr } = await machine.type(account, ['run', '--policy', file, 'crm']);
      expect(stdout).toBe('managed');
      expect(stderr).toContain(
        `gets less than ${file} grants: unsafe host-network, read ${machine.at('secret')}, variable A;`,
      );
      const { plan } = JSON.parse((await machine.type(account, ['explain', '--json', '--policy', file, 'crm'])).stdout);
      expect([plan.network.mode, plan.weakened]).toEqual(['none', []]);
      expect(JSON.stringify([plan.mounts, plan.env])).not.toMatch(/secret"|"A"/);
    });
  });

  describe('what is there and is not root’s alone, or cannot be read, is an error and never absent', () => {
    const nobody = isRoot ? idsOf('nobody').gid : 0;
    type Row = readonly [title: string, spoil: (machine: Machine) => void, expected: string];
    const rows: readonly Row[] = [
      ['the file belongs to another account', (machine) => chownSync(policy(machine), 1234, 0), '2 policy-owner'],
      [
        'a group that is not root’s may write it',
        (machine) => (chownSync(policy(machine), 0, nobody), chmodSync(policy(machine), 0o664)),
        '2 policy-writable',
      ],
      ['everyone may write it', (machine) => chmodSync(policy(machine), 0o646), '2 policy-writable'],
      [
        'the directory belongs to another account',
        (machine) => chownSync(directory(machine), 1234, 0),
        '2 policy-owner',
      ],
      [
        'a group that is not root’s may write the directory',
        (machine) => (chownSync(directory(machine), 0, nobody), chmodSync(directory(machine), 0o775)),
        '2 policy-writable',
      ],
      ['everyone may write the directory', (machine) => chmodSync(directory(machine), 0o757), '2 policy-writable'],
      ['a part of it belongs to another account', (machine) => chownSync(part(machine), 1234, 0), '2 policy-owner'],
      ['everyone may write a part of it', (machine) => chmodSync(part(machine), 0o666), '2 policy-writable'],
      [
        '`policy.d` belongs to another account',
        (machine) => chownSync(dirname(part(machine)), 1234, 0),
        '2 policy-owner',
      ],
      ['everyone may write `policy.d`', (machine) => chmodSync(dirname(part(machine)), 0o777), '2 policy-writable'],
      ['it is a directory', instead((path) => mkdirSync(path)), '2 policy-not-a-file'],
      ['it is a FIFO', instead((path) => execFileSync('mkfifo', ['-m', '644', path])), '2 policy-not-a-file'],
      ['it is a link to nothing', instead((path) => symlinkSync('/nowhere', path)), '2 policy-missing'],
      ['it is a link to itself', instead((path) => symlinkSync('policy.yaml', path)), '2 policy-unreadable'],
      [
        'it is a link to a file of another account',
        instead((path, machine) => symlinkSync(machine.give('ann', 'theirs.yaml', says({})), path)),
        '2 policy-owner',
      ],
      [
        'a part of it is a link to nothing',
        (machine) => (rmSync(part(machine)), symlinkSync('/nowhere', machine.at('managed/policy.d/10-more.yaml'))),
        '2 policy-missing',
      ],
      ['it is too large', (machine) => truncateSync(policy(machine), 2 * 1024 * 1024), '2 policy-too-large'],
      [
        'it is not UTF-8',
        (machine) => void machine.write('managed/policy.yaml', Buffer.from([0xff, 0xfe])),
        '2 policy-syntax',
      ],
      ['it is empty', (machine) => void machine.write('managed/policy.yaml', ''), '2 policy-value'],
      [
        'it has a key that we do not know',
        (machine) => void machine.write('managed/policy.yaml', 'version: 1\nlokdown: true\n'),
        '2 policy-unknown-key',
      ],
      [
        'a part of it ends in `.yml`',
        (machine) => renameSync(part(machine), machine.at('managed/policy.d/10-more.yml')),
        '2 policy-unreadable',
      ],
      [
        'a part of it ends in `.json`',
        (machine) => renameSync(part(machine), machine.at('managed/policy.d/10-more.json')),
        '2 policy-unreadable',
      ],
      [
        'two parts say the same',
        (machine) => void machine.write('managed/policy.d/crm.yaml', says({ crm: 'managed' })),
        '2 policy-twice',
      ],
      [
        '`policy.d`, a link to nowhere',
        (machine) => symlinkSync('/nowhere', machine.at('managed/policy.d')),
        '2 policy-unreadable',
      ],
      ['`policy.d`, a file', (machine) => void machine.write('managed/policy.d', ''), '2 policy-unreadable'],
      [
        'a name that is not read, at the top',
        (machine) => renameSync(machine.at('managed/policy.yaml'), machine.at('managed/policy.yml')),
        '2 policy-unreadable',
      ],
      [
        'a name that is not read, in capitals',
        (machine) => void machine.write('managed/policy.d/10-more.YAML', says({ more: 'more' })),
        '2 policy-unreadable',
      ],
    ];
    const unreadable: readonly Row[] = [
      ['the file', (machine) => chmodSync(policy(machine), 0o600), '2 policy-unreadable'],
      ['the directory', (machine) => chmodSync(directory(machine), 0o700), '2 policy-unreadable'],
      [
        'a directory that may be entered and not listed',
        (machine) => (part(machine), chmodSync(machine.at('managed/policy.d'), 0o711)),
        '2 policy-unreadable',
      ],
      ['a part of it', (machine) => chmodSync(part(machine), 0o600), '2 policy-unreadable'],
      ['`policy.d`', (machine) => chmodSync(dirname(part(machine)), 0o700), '2 policy-unreadable'],
    ];

    test.each(rows)('%s', async (_title, spoil, expected) => {
      const machine = new Machine(says({ crm: 'managed' }));
      machine.own(account, says({ mine: 'hello' }));
      spoil(machine);
      for (const words of [
        ['run', 'mine'],
        ['run', 'crm'],
      ])
        expect(await machine.outcome(account, words)).toBe(expected);
    });

    test.each(unreadable)('%s is for root alone', async (_title, spoil, expected) => {
      const machine = new Machine(says({ crm: 'managed' }));
      machine.own(account, says({ mine: 'hello' }));
      spoil(machine);
      const [mine, crm] = account === 'root' ? ['126 server-not-managed', 'managed'] : [expected, expected];
      expect(await machine.outcome(account, ['run', 'mine'])).toBe(mine);
      expect(await machine.outcome(account, ['run', 'crm'])).toBe(crm);
    });

    test('what editors and packagers leave in `policy.d` is no part of it', async () => {
      const machine = new Machine(says({ crm: 'managed' }));
      for (const name of [
        'README',
        '10-more.yaml.bak',
        '10-more.yaml~',
        '.10-more.yaml.swp',
        '.hidden.yaml',
        '10-more.yaml.dpkg-old',
      ])
        machine.write(`managed/policy.d/${name}`, says({ more: 'more' }));
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('managed');
      expect(await machine.outcome(account, ['run', 'more'])).toBe('127 server-unknown');
      part(machine);
      expect(await machine.outcome(account, ['run', 'more'])).toBe('more');
    });

    test('a part of it alone is a managed policy, and a link to a file of root’s is that file', async () => {
      const machine = new Machine();
      machine.own(account, says({ mine: 'hello' }));
      symlinkSync(
        machine.write('kept/10-more.yaml', says({ more: 'more' })),
        join(machine.make('managed/policy.d'), '10-more.yaml'),
      );
      expect(await machine.outcome(account, ['run', 'mine'])).toBe('126 server-not-managed');
      expect(await machine.outcome(account, ['run', 'more'])).toBe('more');
    });
  });

  describe('a package of it is what the lock in its directory says', () => {
    const ID = 'npm:@acme/crm@1.0.0';
    const [LOCK, OWN] = ['managed/mcp-secure-run.lock', `homes/${account}/.config/mcp-secure-run/mcp-secure-run.lock`];
    const text = ['version: 1', 'servers:', `  crm: { command: "${ID}" }`, ''].join('\n');

    /** Puts a package that says this word into the account’s store, and tells the lock that has it. */
    function store(machine: Machine, word: string): string {
      const path = 'node_modules/@acme/crm/index.js';
      const program = `console.log(${JSON.stringify(word)})\n`;
      machine.write(`made/${word}/${path}`, program);
      const [data, state] = ['share', 'state'].map((one) =>
        machine.at(`homes/${account}/.local/${one}/mcp-secure-run`),
      );
      const filled = fillStore(machine.at(`made/${word}`), storeIn({ data: data ?? '', state: state ?? '' }), 0);
      if ('fault' in filled) throw new Error(filled.fault);
      execFileSync('chown', ['-R', `${idOf(account)}:${idOf(account)}`, machine.at(`homes/${account}/.local`)]);
      const integrity = `sha512-${'A'.repeat(86)}==`;
      const locked = {
        ...{ integrity, scripts: [], bins: { crm: { path, sha256: sha256(program) } } },
        manifests: { [platformName()]: sha256(manifestText(filled.items)) },
        dependencies: { 'node_modules/@acme/crm': { name: '@acme/crm', version: '1.0.0', integrity } },
      };
      return lockText({ version: 1, packages: { [ID]: locked } });
    }

    test.each<[title: string, spoil: (machine: Machine) => void, expected: string]>([
      ['though another policy’s has another one', () => {}, 'managed'],
      ['or not at all, whatever another policy’s has', (machine) => rmSync(machine.at(LOCK)), '126 not-locked'],
      [
        'and none beside a part of it is',
        (machine) => renameSync(machine.at(LOCK), machine.at('managed/policy.d/mcp-secure-run.lock')),
        '126 not-locked',
      ],
      ['unless another account has it', (machine) => chownSync(machine.at(LOCK), 1234, 1234), '2 lock-invalid'],
    ])('%s', async (_title, spoil, expected) => {
      const machine = new Machine();
      machine.write('managed/policy.d/10-crm.yaml', text);
      machine.own(account, text);
      machine.write(LOCK, store(machine, 'managed'));
      machine.give(account, OWN, store(machine, 'own'));
      spoil(machine);
      expect(await machine.outcome(account, ['run', 'crm'])).toBe(expected);
    });

    test('and its own is read beside a policy of one’s own, or the others prove nothing', async () => {
      const machine = new Machine();
      machine.own(account, text);
      machine.give(account, OWN, store(machine, 'own'));
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('own');
    });
  });

  describe('what was compiled of it', () => {
    test('is believed where root alone can write it, or the others prove nothing', async () => {
      const machine = new Machine(says({ crm: 'managed' }));
      const { name, text } = await forged(machine);
      expect((statSync(machine.at(name)).mode & 0o777).toString(8)).toBe('644');
      machine.write(name, text);
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('forged');
      expect(await machine.outcome(account, ['check'])).toMatch(/^1 compiled-differs/);
    });

    test.each<[title: string, spoil: (machine: Machine, path: string) => void]>([
      ['belongs to another account', (_machine, path) => chownSync(path, 1234, 1234)],
      ['can be written by others', (_machine, path) => chmodSync(path, 0o666)],
      ['lies in a directory of another account', (_machine, path) => chownSync(dirname(path), 1234, 1234)],
      ['lies below a directory of another account', (machine) => chownSync(machine.at('cache'), 1234, 1234)],
      ['lies in a directory that others can write', (_machine, path) => chmodSync(dirname(path), 0o777)],
      [
        'is a link to a file of another account',
        (machine, path) => {
          renameSync(path, machine.at('homes/ann/forged'));
          symlinkSync(machine.at('homes/ann/forged'), path);
        },
      ],
      [
        'lies in a directory that is a link to one of another account',
        (machine, path) => {
          renameSync(dirname(path), machine.at('homes/ann/forged'));
          symlinkSync(machine.at('homes/ann/forged'), dirname(path));
        },
      ],
    ])('is not when it %s', async (_title, spoil) => {
      const machine = new Machine(says({ crm: 'managed' }));
      const { name, text } = await forged(machine);
      machine.write(name, text);
      spoil(machine, machine.at(name));
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('managed');
    });

    test('is not looked for in a state directory', async () => {
      const machine = new Machine(says({ crm: 'managed' }));
      const { name, text } = await forged(machine);
      rmSync(machine.at('cache/compiled'), { recursive: true });
      const state = `homes/${account}/.local/state/mcp-secure-run`;
      for (const kept of ['compiled', 'state/compiled', ''])
        machine.give(account, join(state, kept, name.replace('cache/compiled/', '')), text, 0o600);
      machine.give(account, join(state, name), text, 0o600);
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('managed');
      const how = { env: { XDG_STATE_HOME: machine.at('homes'), XDG_CACHE_HOME: machine.at(state) } };
      expect(await machine.outcome(account, ['run', 'crm'], how)).toBe('managed');
    });

    test('is kept by root alone, for all', async () => {
      const machine = new Machine(says({ crm: 'managed' }));
      chmodSync(machine.at('cache'), 0o777); // as bad as it can be: even then an ordinary account keeps nothing of it
      machine.own(account, says({ crm: 'managed' }));
      expect(await machine.outcome(account, ['run', 'crm'])).toBe('managed');
      expect(existsSync(machine.at('cache/compiled'))).toBe(account === 'root');
      const own = readdirSync(machine.at(`homes/${account}/.local/state/mcp-secure-run/compiled`)).map((file) =>
        readFileSync(machine.at(`homes/${account}/.local/state/mcp-secure-run/compiled/${file}`), 'utf8'),
      );
      expect(own.map((text) => JSON.parse(text).kind)).toEqual(['user']);
    });
  });
});

describe.runIf(isRoot && ACCOUNTS.includes('ann'))('a policy of ann’s that root wrote', () => {
  test('is not read from what she could have written', async () => {
    const machine = new Machine();
    const text = says({ mine: 'hello' });
    machine.own('ann', text);
    expect(await machine.outcome('ann', ['run', 'mine'])).toBe('hello');
    const [file = ''] = readdirSync(machine.at('homes/ann/.local/state/mcp-secure-run/compiled'));
    const kept = machine.at(`homes/ann/.local/state/mcp-secure-run/compiled/${file}`);
    writeFileSync(kept, readFileSync(kept, 'utf8').replaceAll('"value":"hello"', '"value":"forged"'));
    expect(await machine.outcome('ann', ['run', 'mine'])).toBe('forged'); // her own words about her own policy

    chownSync(machine.at('homes/ann/.config/mcp-secure-run/policy.yaml'), 0, 0);
    expect(await machine.outcome('ann', ['run', 'mine'])).toBe('hello');
  });
});
