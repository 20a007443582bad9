import { execa } from 'execa';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LOCK_FILE } from '../../src/lock/lock.ts';
import { lockText } from '../../src/lock/lock-text.ts';
import { isRoot, ownHome } from '../kit/account.ts';
import { clientEnv, COMMAND, msr, REPOSITORY } from '../kit/command.ts';
import { makeStandingHome, type Home } from '../kit/home.ts';
import { makePythonLocking, PYTHON_PATH } from '../kit/locking-python.ts';
import { withoutNetwork } from '../kit/no-network.ts';
import { servePythonIndex, type PythonIndex, type Wheel } from '../kit/python-index.ts';
import { CLIENTS, throughUs, type Start } from '../kit/sdk-client.ts';

/** A Python server as it is published, locked from an index of wheels by the machine's own pip, and started without a network. */

const SERVER: Wheel = {
  name: 'Crm_MCP',
  version: '1.4.0',
  files: { 'crm_mcp.py': readFileSync(`${REPOSITORY}/fixtures/servers/python_mcp.py`, 'utf8') },
  scripts: ['crm-mcp = crm_mcp:main'],
  metadata: ['Requires-Dist: left>=1', 'License: MIT'],
  requiresPython: '>=3.8',
};
const LEFT: Wheel = { name: 'left', version: '1.0.1', files: { 'left.py': 'WORD = "from the lock"\n' } };
const POLICY = `version: 1
servers:
  crm: pypi:crm-mcp==1.4.0
  line: { command: uvx, args: [crm-mcp@1.4.0, --verbose] }
programPath: ${JSON.stringify(PYTHON_PATH)}
`;

/** In an ordinary account's own namespace nothing belongs to root, who is to own what lies above a policy. */
const alone = isRoot ? withoutNetwork : (start: Start): Start => start;

const ends: (() => void)[] = [];
const shared: { index?: PythonIndex; home?: Home } = {};
const all = (): { index: PythonIndex; home: Home } => {
  const { index, home } = shared;
  if (!index || !home) throw new Error('nothing was locked');
  return { index, home };
};

beforeAll(async () => {
  const index = await servePythonIndex((end) => ends.push(end));
  index.publish(SERVER);
  index.publish(LEFT);
  const home = makeStandingHome(POLICY);
  const { install } = makePythonLocking(index, { home });
  const locked = await install('crm-mcp', '1.4.0');
  if (!locked.allowed) throw new Error(locked.findings.map(({ message }) => message).join('\n'));
  home.write(`config/${LOCK_FILE}`, lockText({ version: 1, packages: { 'pypi:crm-mcp==1.4.0': locked.granted } }));
  Object.assign(shared, { index, home });
}, 120_000);

afterAll(() => {
  for (const end of ends) end();
  if (shared.home) rmSync(shared.home.directory, { recursive: true, force: true });
});

describe.each([
  ['crm', [] as string[]],
  ['line', ['--verbose']],
])('%s', (id, given) => {
  test('talks to an official client, from the lock, and has no index to ask', { timeout: 60_000 }, async () => {
    const client = CLIENTS['the first SDK'](alone(throughUs(all().home, id)));
    await client.connect();
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['paths']);
    const told = JSON.parse(await client.call('paths'));
    expect(told).toMatchObject({ word: 'from the lock', flags: [1, 1], exit: true });
    expect(told.argv).toEqual([expect.stringMatching(/\/bin\/crm-mcp$/), ...given]);
    const tree = told.path.filter((path: string) => path.startsWith(all().home.directory));
    expect(tree).toEqual([expect.stringMatching(/\/store\/pypi\/[\da-f]{64}\/tree\/site$/)]);
    expect(told.path.filter((path: string) => /-packages/.test(path))).toEqual([]);
    expect(client.errors).toEqual([]);
    await client.close();
  });
});

test('`check --deep` has nothing to say of it', { timeout: 30_000 }, async () => {
  const { exitCode, stderr } = await msr(all().home, ['check', '--deep']);
  expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/error|pypi/)]);
});

/** The command with a home of the account that holds nothing but this configuration of pip. Mounts take root. */
function withPipConfig(home: Home, config: string, words: readonly string[]) {
  const file = home.write('pip.conf', config);
  const script = `mount -t tmpfs tmpfs ${ownHome} && mkdir -p ${ownHome}/.config/pip && cp ${file} ${ownHome}/.config/pip/pip.conf && exec "$@"`;
  return execa('unshare', ['--mount', 'sh', '-c', script, 'sh', process.execPath, COMMAND, ...words], {
    env: clientEnv(home),
    extendEnv: false,
    reject: false,
    cwd: '/',
  });
}

describe.runIf(isRoot)('`lock`, by what pip’s own configuration says', () => {
  test('locks what the policies name, and leaves what is locked', { timeout: 120_000 }, async () => {
    const { index, home: known } = all();
    const home = makeStandingHome(POLICY);
    ends.push(() => rmSync(home.directory, { recursive: true, force: true }));
    chmodSync(home.directory, 0o755);
    const ca = home.write('ca.pem', index.ca, 0o644);
    const config = `[global]\nindex-url = ${index.address}\ncert = ${ca}\n`;
    const first = await withPipConfig(home, config, ['lock']);
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toBe('locked pypi:crm-mcp==1.4.0: published 2026-01-02, with 1 dependency, MIT');
    const lock = readFileSync(`${home.directory}/config/${LOCK_FILE}`, 'utf8');
    expect(lock).toBe(readFileSync(`${known.directory}/config/${LOCK_FILE}`, 'utf8'));
    const again = await withPipConfig(home, config, ['lock', '--update']);
    expect([again.exitCode, again.stdout, again.stderr]).toEqual([
      ...[0, 'unchanged pypi:crm-mcp==1.4.0: published 2026-01-02, with 1 dependency, MIT', ''],
    ]);
    home.write('config/policy.yaml', POLICY.replace('uvx, args: [crm-mcp@1.4.0', 'uvx, args: [crm-mcp'));
    const floating = await withPipConfig(home, config, ['lock']);
    expect([floating.exitCode, floating.stderr]).toEqual([
      ...[2, expect.stringContaining('write `crm-mcp@1.4.0`, published 2026-01-02')],
    ]);

    home.write('config/policy.yaml', 'version: 1\nservers: {}\n');
    const pruned = await msr(home, ['lock', '--prune']);
    expect(pruned.stdout).toBe('removed pypi:crm-mcp==1.4.0 from the lock\nremoved 1 tree from the store');
    expect(readdirSync(`${home.directory}/data/store/pypi`)).toEqual([]);
  });

  test('is ended by Ctrl-C while an index says nothing, and by pip’s own `timeout`', { timeout: 60_000 }, async () => {
    const { index } = all();
    const home = makeStandingHome(POLICY);
    ends.push(() => rmSync(home.directory, { recursive: true, force: true }));
    chmodSync(home.directory, 0o755);
    const ca = home.write('ca.pem', index.ca, 0o644);
    const config = `[global]\nindex-url = ${index.address}\ncert = ${ca}\ntimeout = 1\nretries = 0\n`;
    const asked = new Promise<void>((resolve) => {
      index.answer(() => resolve());
    });
    onTestFinished(() => index.answer());
    const lock = withPipConfig(home, config.replace('timeout = 1', 'timeout = 60'), ['lock']);
    await asked;
    const work = () => readdirSync('/var/tmp').filter((name) => name.startsWith(`mcp-secure-run-${lock.pid}-`));
    expect(work()).toHaveLength(1);
    lock.kill('SIGINT');
    expect((await lock).signal).toBe('SIGINT');
    expect(work()).toEqual([]);

    const silent = await withPipConfig(home, config, ['lock']);
    const said = 'does not answer: of `pypi:crm-mcp==1.4.0` it sent nothing for 1 second';
    expect([silent.exitCode, silent.stderr]).toEqual([125, expect.stringContaining(said)]);
    expect(existsSync(`${home.directory}/config/${LOCK_FILE}`)).toBe(false);
  });

  test.each([
    ['a second index', 'extra-index-url = https://other.example/simple', '`extra-index-url`'],
    ['a password', 'index-url = https://ann:s3cret@index.example/simple', 'signs in to index.example'],
    ['no encryption', 'index-url = http://index.example/simple', 'none of `https://NAME/…`'],
  ])('asks nobody, with %s', { timeout: 60_000 }, async (_title, line, says) => {
    const { home } = all();
    const { exitCode, stdout, stderr } = await withPipConfig(home, `[global]\n${line}\n`, ['lock', '--json']);
    expect([exitCode, JSON.parse(stdout).packages[0].outcome]).toEqual([125, 'failed']);
    expect(stdout).toContain(says);
    expect(stdout + stderr).not.toContain('s3cret');
  });
});
