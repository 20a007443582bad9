import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyTree } from '../../src/store/verify-tree.ts';
import { makeHome } from '../kit/home.ts';
import { makePythonLocking, pythonHere } from '../kit/locking-python.ts';
import { servePythonIndex, type Wheel } from '../kit/python-index.ts';

/** Real pip, real sandbox; the index alone is a stand-in, so that it can be wrong. */

const SERVER: Wheel = {
  name: 'Crm_MCP',
  version: '1.4.0',
  files: {
    'crm_mcp.py': 'def main():\n    print("crm")\n',
    'crm_mcp/data/x': '',
    'Crm_MCP-1.4.0.data/scripts/tool': '#!python\n',
  },
  scripts: ['crm-mcp = crm_mcp:main'],
  metadata: ['Requires-Dist: left>=1', 'License: MIT'],
  requiresPython: '>=3.8',
  published: '2025-03-04',
};
const LEFT: Wheel = { name: 'left', version: '1.0.1', files: { 'left.py': 'WORD = 1\n' } };

const SLOW = 120_000;
const NAMED: Partial<Wheel> = { scripts: ['run = one:main'], files: { 'one.py': '' } };

test(
  'a package is installed, and again as it is locked, whatever the index has by now',
  { timeout: SLOW },
  async () => {
    const index = await servePythonIndex();
    const file = index.publish(SERVER);
    const left = index.publish(LEFT);
    const { install, store, host, says, python } = makePythonLocking(index);
    const first = await install('crm-mcp', '1.4.0');
    expect(says(first)).toBe('yes');
    if (!first.allowed) return;
    expect(first.granted).toMatchObject({ engines: '>=3.8', license: 'MIT', published: '2025-03-04', scripts: [] });
    expect(Object.keys(first.granted.dependencies)).toEqual([file, left]);
    expect(Object.keys(first.granted.bins)).toEqual(['crm-mcp']);
    const [manifest = ''] = readdirSync(store.trees);
    expect(Object.entries(first.granted.manifests)).toEqual([[expect.stringMatching(`-${python.tag}$`), manifest]]);
    expect(verifyTree({ store, manifest, uid: host.account.uid, deep: true })).toMatchObject({ ok: true });
    expect(index.asked.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    // Nothing of it tells where it was made: no first line with a path, no note of pip's, no compiled code.
    const listed = readFileSync(`${store.trees}/${manifest}/manifest`, 'utf8');
    expect(listed).not.toMatch(/INSTALLER|REQUESTED|direct_url|__pycache__|site\/bin/);
    expect(readFileSync(`${store.trees}/${manifest}/tree/site/Crm_MCP-1.4.0.dist-info/RECORD`, 'utf8')).not.toContain(
      '..',
    );

    index.publish({ ...LEFT, version: '1.0.2' }); // what `>=1` means by now
    expect(await makePythonLocking(index).install('crm-mcp', '1.4.0', first.granted)).toEqual(first);
    // On another platform the same versions are taken, and what is locked for this one stays.
    const elsewhere = { ...first.granted, manifests: { 'linux-x64-cp38': 'a'.repeat(64) } };
    const both = await makePythonLocking(index).install('crm-mcp', '1.4.0', elsewhere);
    expect(both).toMatchObject({ granted: { manifests: { ...elsewhere.manifests, ...first.granted.manifests } } });

    index.exchange(left, { ...LEFT, files: { 'left.py': 'WORD = 2\n' } }, 'openly');
    const changed = /^package-refused: `pypi:crm-mcp==1\.4\.0`.* is not the file that is locked/;
    expect(says(await makePythonLocking(index).install('crm-mcp', '1.4.0', first.granted))).toMatch(changed);
    const other =
      /^package-refused: `pypi:crm-mcp==1\.4\.0` came with another `left-1\.0\.1-py3-none-any\.whl` than is locked/;
    expect(says(await makePythonLocking(index).install('crm-mcp', '1.4.0', elsewhere))).toMatch(other);
  },
);

test('no code of a package runs, which pip by itself runs of a source', { timeout: SLOW }, async () => {
  const home = makeHome('');
  chmodSync(home.directory, 0o777);
  const mark = `${home.directory}/mark`;
  const source = `${home.directory}/source-1.0`;
  mkdirSync(source);
  writeFileSync(`${source}/PKG-INFO`, 'Metadata-Version: 2.1\nName: source\nVersion: 1.0\n');
  writeFileSync(`${source}/evil.py`, `open(${JSON.stringify(mark)}, "w").close()\n`);
  writeFileSync(`${source}/setup.py`, 'import evil\n');
  writeFileSync(
    `${source}/pyproject.toml`,
    '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
  );
  const index = await servePythonIndex();
  const bytes = execFileSync('tar', ['--create', '--gzip', '--directory', home.directory, 'source-1.0']);
  index.list('source', 'source-1.0.tar.gz', bytes);
  const ca = home.write('ca.pem', index.ca, 0o644);
  const plain = ['-m', 'pip', 'install', '--isolated', `--index-url=${index.address}`, `--cert=${ca}`];
  await execa(pythonHere().real, [...plain, `--target=${home.directory}/plain`, 'source==1.0'], {
    env: { PATH: '/usr/bin:/bin', HOME: home.directory, PIP_CONFIG_FILE: '/dev/null' },
    extendEnv: false,
    reject: false,
  });
  expect(existsSync(mark)).toBe(true);

  rmSync(mark);
  const { install, says } = makePythonLocking(index);
  expect(says(await install('source', '1.0'))).toMatch(
    /^package-refused: `pypi:source==1\.0` has no wheel: it comes as source/,
  );
  expect(existsSync(mark)).toBe(false);
});

test(
  'what installs has no variable or file of whoever locks, nor what their directory says',
  { timeout: SLOW },
  async () => {
    const index = await servePythonIndex();
    const home = makeHome('');
    chmodSync(home.directory, 0o755);
    const canary = home.write('canary', 'the canary sings', 0o644);
    home.write('pip.conf', '[global]\nindex-url = https://evil.example/simple\n', 0o644);
    const config = {
      PIP_CONFIG_FILE: `${home.directory}/pip.conf`,
      PIP_EXTRA_INDEX_URL: 'https://more.example/',
      CANARY: 'sung',
    };
    const plain = await execa(pythonHere().real, ['-m', 'pip', 'config', 'list'], { env: config, cwd: home.directory });
    expect(plain.stdout).toMatch(/evil\.example[^]*more\.example|more\.example[^]*evil\.example/);

    Object.assign(process.env, config);
    onTestFinished(() => {
      for (const name of Object.keys(config)) delete process.env[name];
    });
    const { run } = makePythonLocking(index);
    const words = ['install', '--dry-run', '--target=/home/sandbox/tree/site'];
    const asked = await run([...words, 'absent==1.0']);
    expect(asked).toMatchObject({ granted: { out: expect.stringContaining(`Looking in indexes: ${index.address}`) } });
    expect(JSON.stringify(asked)).not.toMatch(/evil|more\.example|sung/);
    const opened = await run([...words, `--requirement=${canary}`]);
    expect(JSON.stringify(opened)).toContain('No such file or directory');
  },
);

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html', 'content-length': '600000' });
  response.write('<html>');
}

describe('nothing is in the store, and the reason is told, when', () => {
  test.each<[title: string, wheel: Partial<Wheel> & Pick<Wheel, 'name'>, said: RegExp]>([
    [
      'its wheels are for others',
      { name: 'one', tags: 'cp39-cp39-win_amd64' },
      /^package-refused: `pypi:one==1\.0` has no wheel for this platform and Python/,
    ],
    [
      'it is for a newer Python',
      { name: 'one', requiresPython: '>=3.99' },
      /^package-refused: `pypi:one==1\.0` runs on Python >=3\.99, and \/usr\/bin\/python3/,
    ],
    [
      'a part comes from elsewhere',
      { name: 'one', metadata: ['Requires-Dist: x @ https://evil.example/x-1.0-py3-none-any.whl'] },
      /^lock-failed: .* asks for a host that is not its index: `evil\.example:443`/,
    ],
    [
      'a wheel would write beside its tree',
      { name: 'one', files: { 'one.py': '', '../../../evil.py': '' } },
      /^package-refused: .* would write outside of its tree/,
    ],
  ])('%s', { timeout: SLOW }, async (_title, wheel, said) => {
    const index = await servePythonIndex();
    index.publish({ version: '1.0', ...NAMED, ...wheel });
    const { install, says, store } = makePythonLocking(index);
    expect(says(await install('one', '1.0'))).toMatch(said);
    expect(existsSync(store.trees)).toBe(false);
  });

  test(
    'the index fails, asks for a sign-in, is not trusted, or serves what it does not list',
    { timeout: SLOW },
    async () => {
      const index = await servePythonIndex();
      const file = index.publish({ name: 'one', version: '1.0', ...NAMED });
      index.exchange(file, { name: 'one', version: '1.0', ...NAMED, files: { 'one.py': 'evil' } }, 'silently');
      const { install, says, store } = makePythonLocking(index);
      expect(says(await install('one', '1.0'))).toMatch(/^package-refused: .* or that its index lists/);
      index.answer((response) => void response.writeHead(401).end('no'));
      expect(says(await install('one', '1.0'))).toMatch(/^lock-failed: .* only to who is signed in/);
      index.answer((response) => void response.writeHead(500).end('no'));
      expect(says(await install('one', '1.0'))).toMatch(/^lock-failed: .* cannot be reached/);
      const stranger = makePythonLocking({ address: index.address, ca: (await servePythonIndex()).ca });
      expect(says(await stranger.install('one', '1.0'))).toMatch(/^lock-failed: the certificate of /);
      expect(existsSync(store.trees)).toBe(false);
    },
  );

  test(
    'the index says nothing, or nothing more; and the next time it is none the worse',
    { timeout: SLOW },
    async () => {
      const index = await servePythonIndex();
      index.publish({ name: 'one', version: '1.0', ...NAMED });
      const { install, says, store } = makePythonLocking(index);
      const ways: Parameters<typeof index.answer>[0][] = [
        () => {},
        begin,
        (response, path) => (path.endsWith('.whl') ? begin(response) : 'as usual'),
      ];
      for (const way of ways) {
        index.answer(way);
        // As a pip.conf has it.
        expect(says(await install('one', '1.0', undefined, { seconds: 1, again: 0 }))).toMatch(
          /^lock-failed: https:\S+ does not answer: of `pypi:one==1\.0` it sent nothing for 1 second$/,
        );
        expect(existsSync(store.trees)).toBe(false);
      }
      index.answer();
      expect(says(await install('one', '1.0'))).toBe('yes');
    },
  );
});
