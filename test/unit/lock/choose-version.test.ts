import { expect, test } from 'vitest';
import { chooseVersion, newerVersion } from '../../../src/lock/choose-version.ts';
import { PYPI_VERSIONS } from '../../../src/lock/version-scheme.ts';

const TODAY = '2026-06-20';
const versions = [
  ['1.0.0', '2025-01-01'],
  ['1.2.0', '2025-05-01'],
  ['1.3.0', '2026-06-18'],
  ['2.0.0', '2026-05-01'],
  ['2.1.0', '2026-06-14'],
  ['3.0.0-rc.1', '2026-01-01'],
].map(([version = '', published]) => ({ version, published }));
const tags = { latest: '2.1.0', next: '3.0.0-rc.1', old: '1.2.0', odd: '9.9.9' };

test.each<[wanted: string | undefined, chosen: string | undefined]>([
  [undefined, '2.0.0'],
  ['latest', '2.0.0'],
  ['next', '3.0.0-rc.1'],
  ['old', '1.2.0'],
  ['^1', '1.2.0'],
  ['1.x', '1.2.0'],
  ['>=1 <2', '1.2.0'],
  ['~2.1', '2.1.0'], // there is no older one
  ['*', '2.0.0'],
  ['^4', undefined],
  ['constructor', '2.0.0'], // no tag, and nothing that is read as a range
])('in the place of %s, %s is to be written', (wanted, chosen) => {
  expect(chooseVersion({ tags, versions }, wanted, TODAY)?.version).toBe(chosen);
});

test('a version whose day nobody tells is not known to be old', () => {
  const untold = versions.map(({ version, published }) => ({
    version,
    published: version === '2.0.0' ? undefined : published,
  }));
  expect(chooseVersion({ tags, versions: untold }, undefined, TODAY)?.version).toBe('1.2.0');
});

test.each<[current: string, isNamed: boolean, newer: string | undefined]>([
  ['1.0.0', false, '2.0.0'],
  ['1.0.0', true, '2.1.0'],
  ['2.0.0', false, undefined],
  ['2.0.0', true, '2.1.0'],
  ['2.1.0', true, undefined],
  ['3.0.0-alpha', false, '3.0.0-rc.1'],
])('of what is newer than %s, asked for by name: %s, %s is taken', (current, isNamed, newer) => {
  expect(newerVersion({ tags, versions }, current, { isNamed, today: TODAY })?.version).toBe(newer);
});

const OF_PYPI = {
  tags: {},
  versions: [
    ['1.9', '2025-01-01'],
    ['1.10', '2025-05-01'],
    ['1.11', '2026-06-18'],
    ['1.10.post1.dev2', '2025-06-01'],
    ['2.0', undefined],
    ['3.0rc1', '2026-01-01'],
  ].map(([version = '', published]) => ({ version, published })),
};

test.each<[wanted: string | undefined, chosen: string | undefined]>([
  [undefined, '1.10'],
  ['latest', '1.10'],
  ['<1.10', '1.9'],
  ['>=1.11,<2', '1.11'], // there is no older one
  ['~=2.0', '2.0'],
  ['>=4', undefined],
  ['>=1; what', undefined],
])('of PyPI, in the place of %s, %s is to be written', (wanted, chosen) => {
  expect(chooseVersion(OF_PYPI, wanted, TODAY, PYPI_VERSIONS)?.version).toBe(chosen);
});

test.each<[current: string, isNamed: boolean, newer: string | undefined]>([
  ['1.9', false, '1.10'],
  ['1.10', false, undefined],
  ['1.10', true, '2.0'],
  ['2.0', true, undefined],
  ['3.0a1', false, '3.0rc1'],
])('of PyPI, of what is newer than %s, asked for by name: %s, %s is taken', (current, isNamed, newer) => {
  expect(newerVersion(OF_PYPI, current, { isNamed, today: TODAY }, PYPI_VERSIONS)?.version).toBe(newer);
});
