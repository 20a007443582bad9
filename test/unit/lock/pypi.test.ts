import { describe, expect, test } from 'vitest';
import { entryText, readEntryPoints } from '../../../src/lock/entry-points.ts';
import { lockText } from '../../../src/lock/lock-text.ts';
import type { LockedPackage } from '../../../src/lock/lock.ts';
import { PYPI, readPipConfig } from '../../../src/lock/pip-config.ts';
import { constraintsText, readPipReport, requirementsText } from '../../../src/lock/pip-report.ts';
import { isWheelFile, parsePypiId } from '../../../src/lock/pypi-id.ts';
import { excludesPython } from '../../../src/lock/python-range.ts';
import { readLock } from '../../../src/lock/read-lock.ts';

const HASH = 'a'.repeat(64);
const WHEEL = 'crm-1.0-py3-none-any.whl';
const CRM: LockedPackage = {
  manifests: { 'linux-x64-cp311': HASH, 'linux-x64-musl-cp313t': HASH },
  bins: { crm: { path: 'bin/crm', sha256: HASH } },
  engines: '>=3.10',
  scripts: [],
  dependencies: {
    [WHEEL]: { name: 'crm', version: '1.0', integrity: `sha256:${HASH}`, platforms: ['linux-x64-cp311'] },
  },
};
const TEXT = lockText({ version: 1, packages: { 'pypi:crm==1.0': CRM } });

test('a lock with Python packages is read as it was written', () => {
  expect(readLock(TEXT)).toEqual({ lock: { version: 1, packages: { 'pypi:crm==1.0': CRM } } });
});

test.each<[title: string, from: string, to: string, said: RegExp]>([
  ['a range for a version', 'pypi:crm==1.0', 'pypi:crm>=1.0', /cannot be one/],
  ['a name that has another spelling', 'pypi:crm==1.0', 'pypi:Crm_MCP==1.0', /cannot be one/],
  ['what npm’s packages have', '"bins"', '"integrity": "x",\n      "bins"', /does not know/],
  ['a platform without a Python', '"linux-x64-cp311": ', '"linux-x64": ', /cannot be one/],
  ['a weaker hash', 'sha256:a', 'md5:a', /`sha256:…`/],
  ['a hash without its end', `sha256:${HASH}`, `sha256:${HASH.slice(1)}`, /`sha256:…`/],
  ['a hash with more behind it', `sha256:${HASH}`, `sha256:${HASH} --trusted-host=x`, /`sha256:…`/],
  ['a file that is no wheel', WHEEL, 'crm-1.0.tar.gz', /cannot be one/],
  ['a wheel that is a path', WHEEL, '../crm-1.0-py3-none-any.whl', /cannot be one/],
  ['a program out of the tree', 'bin/crm', '../crm', /path below the tree/],
  ['a script', '"scripts": []', '"scripts": ["crm"]', /which have none/],
])('a lock with %s is refused', (_title, from, to, said) => {
  const text = TEXT.replace(from, to);
  expect(text).not.toBe(TEXT);
  expect(readLock(text)).toMatchObject({ fault: expect.stringMatching(said) });
});

test.each([
  'pypi:x',
  'pypi:x==*',
  'pypi:x==1.*',
  'pypi:x===1',
  'pypi:x==v1',
  'pypi:x-==1',
  'pypi:../x==1',
  'npm:x@1.0.0',
])('%s is no package in one version', (text) => expect(parsePypiId(text)).toBeUndefined());

test.each([
  [WHEEL, true],
  ['a_b.c-1!2.0+cpu-1build-cp39.cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', true],
  ['crm-1.0-py3-none.whl', false],
  ['crm-1.0/../../x-py3-none-any.whl', false],
  ['__proto__', false],
])('%s is the name of a wheel: %s', (file, is) => expect(isWheelFile(file)).toBe(is));

describe('programs of a wheel', () => {
  test('are its `console_scripts`, and nothing else', () => {
    const text = `# mine
[gui_scripts]
window = crm.window:main
[console_scripts]
crm = crm.server:main
crm-admin=crm.admin : Admin.run [more]
[crm.plugins]
sneaky = crm.sneaky:main
`;
    expect(readEntryPoints(text)).toEqual({
      points: {
        crm: { module: 'crm.server', attribute: 'main' },
        'crm-admin': { module: 'crm.admin', attribute: 'Admin.run' },
      },
    });
  });

  test.each([
    ['a path for a name', '../../evil = crm:main'],
    ['a name in two parts', 'a/b = crm:main'],
    ['code for a function', 'crm = crm:__import__("os").system("id")'],
    ['a name that an object has by itself', '__proto__ = crm:main'],
    ['a quote', 'crm = crm:main"'],
    ['no function', 'crm = crm.server'],
    ['the same twice', 'crm = crm:main\ncrm = evil:main'],
    ['a line that goes on', 'crm =\n  evil:main'],
  ])('are refused with %s', (_title, lines) => {
    expect(readEntryPoints(`[console_scripts]\n${lines}\n`)).toHaveProperty('fault');
  });

  test('are started by a file that says nothing of the machine', () => {
    const text = entryText({ module: 'crm.server', attribute: 'main' });
    expect(text).toContain('import_module("crm.server")');
    expect(text).not.toMatch(/#!|\/usr|home/);
  });
});

const ours = (address: string): boolean => address.startsWith('https://index.example/');
const wheel = (
  name: string,
  version: string,
  more: object = {},
  file = `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`,
) => ({
  download_info: { url: `https://index.example/files/${file}`, archive_info: { hashes: { sha256: HASH } } },
  metadata: { name, version, ...more },
});
const report = (...install: readonly object[]): string => JSON.stringify({ version: '1', install });
const ID = { name: 'crm', version: '1.0' };

test('of pip’s report, a lock takes the files with their hashes, and what the package says of itself', () => {
  const license = { requires_python: '>=3.10', license_expression: 'MIT', license: 'no\nlonger' };
  const read = readPipReport(report(wheel('CRM', '1.0', license), wheel('Left_Pad', '2.0+cpu')), ID, ours);
  expect(read).toEqual({
    engines: '>=3.10',
    license: 'MIT',
    dependencies: {
      'CRM-1.0-py3-none-any.whl': { name: 'crm', version: '1.0', integrity: `sha256:${HASH}` },
      'Left_Pad-2.0+cpu-py3-none-any.whl': { name: 'left-pad', version: '2.0+cpu', integrity: `sha256:${HASH}` },
    },
  });
  if ('fault' in read) return;
  expect(requirementsText(read.dependencies)).toBe(
    `crm==1.0 --hash=sha256:${HASH}\nleft-pad==2.0+cpu --hash=sha256:${HASH}\n`,
  );
  expect(constraintsText(read.dependencies)).toBe('crm==1.0\nleft-pad==2.0+cpu\n');
});

test.each<[title: string, text: string, said: RegExp]>([
  ['what is no report', 'x', /report of version 1/],
  ['another version of it', JSON.stringify({ version: '2', install: [] }), /report of version 1/],
  ['nothing', report(), /not among/],
  [
    'two names that are one',
    report(wheel('crm', '1.0'), wheel('a-b', '1'), wheel('A.B', '1')),
    /two packages that are called `a-b`/,
  ],
  ['another version', report(wheel('crm', '1.0.0')), /is called 1\.0\.0 by its index/],
  [
    'a version with an option in it',
    report(wheel('crm', '1.0'), wheel('a', '1 --index-url=x', {}, 'a-1-py3-none-any.whl')),
    /no version that is exact/,
  ],
  [
    'another place',
    report({ ...wheel('crm', '1.0'), download_info: { url: 'https://evil.example/crm-1.0-py3-none-any.whl' } }),
    /another place/,
  ],
  [
    'a directory',
    report({ ...wheel('crm', '1.0'), download_info: { url: 'file:///tmp/crm', dir_info: {} } }),
    /another place/,
  ],
  ['a source', report(wheel('crm', '1.0', {}, 'crm-1.0.tar.gz')), /no wheel of its name/],
  ['a wheel of another name', report(wheel('crm', '1.0', {}, 'evil-1.0-py3-none-any.whl')), /no wheel of its name/],
  [
    'no hash',
    report({
      ...wheel('crm', '1.0'),
      download_info: { url: 'https://index.example/crm-1.0-py3-none-any.whl', archive_info: { hashes: { md5: 'x' } } },
    }),
    /gives no SHA-256/,
  ],
])('a report with %s is refused', (_title, text, said) => {
  expect(readPipReport(text, ID, ours)).toMatchObject({ fault: expect.stringMatching(said) });
});

test('of pip’s configuration the stronger file counts, and its section for `install`', () => {
  const config = readPipConfig([
    '[global]\nindex-url = https://weak.example/simple\nproxy: http://p:1\n',
    '# mine\n[install]\ntimeout = 90\nINDEX_URL = https://strong.example/simple\n[global]\nindex-url=https://middle.example\ncert = /etc/ca.pem\n[list]\nformat = x\n',
  ]);
  expect(config).toEqual({
    index: 'https://strong.example/simple/',
    others: [],
    proxy: 'http://p:1',
    cert: '/etc/ca.pem',
    clientCert: undefined,
    waiting: { seconds: 90, again: 2 },
  });
  expect(readPipConfig([]).index).toBe(PYPI);
});

test.each([
  ['extra-index-url =\n  https://a.example\n  https://b.example', ['extra-index-url']],
  ['find-links = /wheels', ['find-links']],
  ['no-index = true', ['no-index']],
  ['no-index = false\nextra-index-url =', []],
])('packages may come from elsewhere by %j: %j', (lines, others) => {
  expect(readPipConfig([`[global]\n${lines}\n`]).others).toEqual(others);
});

test.each([
  ['>=3.10', 11, false],
  ['>=3.12', 11, true],
  ['>=3.8,<3.11', 11, true],
  ['>=3.8,<3.12', 11, false],
  ['<4', 11, false],
  ['<3', 11, true],
  ['~=3.10', 12, false],
  ['~=3.12', 11, true],
  ['~=3.10.2', 11, true],
  ['==3.11.*', 11, false],
  ['==3.12.*', 11, true],
  ['>=3.9, !=3.11.*', 11, true],
  ['>=3.11.4', 11, false],
  ['what is this', 11, false],
])('%s leaves out 3.%i: %s', (range, minor, excluded) => expect(excludesPython(range, minor)).toBe(excluded));
