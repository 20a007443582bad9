import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { admitsPypiVersion, comparePypiVersions, isPypiPrerelease } from '../../../src/lock/pypi-version.ts';
import { pythonHere } from '../../kit/locking-python.ts';

/** What pip itself says of versions, by the library that it brings. */
function asPipSays(program: string, given: unknown): unknown {
  const script = `import json, sys
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.version import Version
given = json.load(sys.stdin)
json.dump(${program}, sys.stdout)`;
  return JSON.parse(
    execFileSync(pythonHere().real, ['-I', '-B', '-c', script], { input: JSON.stringify(given), encoding: 'utf8' }),
  );
}

const VERSIONS = ['', '1!']
  .flatMap((epoch) => ['1.0', '1.0.1', '1.1', '1.10', '2.0'].map((one) => `${epoch}${one}`))
  .flatMap((one) => ['', 'a1', 'a10', 'b2', 'rc1'].map((pre) => `${one}${pre}`))
  .flatMap((one) => ['', '.post0', '.post2'].map((post) => `${one}${post}`))
  .flatMap((one) => ['', '.dev0', '.dev3'].map((dev) => `${one}${dev}`));

describe('of versions of Python packages', () => {
  test('the order is pip’s', () => {
    const known = asPipSays('sorted(given, key=Version)', VERSIONS);
    expect(VERSIONS.toReversed().toSorted(comparePypiVersions)).toEqual(known);
  });

  test('those that come before a release are those of which pip says so', () => {
    const known = asPipSays('[one for one in given if Version(one).is_prerelease]', VERSIONS);
    expect(VERSIONS.filter(isPypiPrerelease)).toEqual(known);
  });

  test('a range admits what it does for pip', () => {
    const edges = ['1', '1.0', '1.1', '2.0', '1!1.0', '2.0rc1', '1.0.post2', '1.10.dev3', '1.1rc1.post2'];
    const signed = ['==', '!=', '<=', '>=', '<', '>', '~='].flatMap((sign) => edges.map((edge) => `${sign}${edge}`));
    const ranges = [...signed, '==1.*', '!=1.0.*', '>=1,<2', '>= 1.0 , != 1.1, <2', '~=1.4', '==1!1.*'].filter(
      (range) => range !== '~=1',
    );
    const known = asPipSays(
      '[[v for v in given["versions"] if SpecifierSet(r).contains(v, prereleases=True)] for r in given["ranges"]]',
      { versions: VERSIONS, ranges },
    );
    expect(ranges.map((range) => VERSIONS.filter((one) => admitsPypiVersion(range, one)))).toEqual(known);
  });
});

test.each([
  ['latest', true],
  ['1.*', true],
  ['2.*', false],
  ['===1.4', undefined],
  ['~=1', undefined],
  ['>=1.*', undefined],
  ['>1,what', undefined],
  ['', undefined],
])('%s admits 1.4: %s', (wanted, is) => {
  expect(admitsPypiVersion(wanted, '1.4')).toBe(is);
});

test.each([
  ['1.0', '1', 0],
  ['1.0.0', '1.0', 0],
  ['20991231235959999999', '20991231235959999998', 1],
  ['1.0', 'what', 1],
])('%s against %s: %i', (one, other, order) => {
  expect(comparePypiVersions(one, other)).toBe(order);
});
