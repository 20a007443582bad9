import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLocked } from '../../../src/lock/diff.ts';
import { lockText } from '../../../src/lock/lock-text.ts';
import { binOf, lockedProgram, type Lock, type LockedPackage } from '../../../src/lock/lock.ts';
import { manifestText, readManifest, staysInside, type Item } from '../../../src/lock/manifest.ts';
import { excludes } from '../../../src/lock/version-range.ts';
import { readNpmConfig } from '../../../src/lock/npm-config.ts';
import { compareVersions, parsePackageId } from '../../../src/lock/package-id.ts';
import { readLock } from '../../../src/lock/read-lock.ts';

const HASH = 'a'.repeat(64);
const INTEGRITY = `sha512-${'A'.repeat(86)}==`;
const CRM: LockedPackage = {
  integrity: INTEGRITY,
  manifests: { 'linux-x64': HASH },
  bins: { crm: { path: 'node_modules/crm/index.js', sha256: HASH } },
  scripts: [],
  dependencies: { 'node_modules/crm': { name: 'crm', version: '1.0.0', integrity: INTEGRITY } },
};
const LOCK: Lock = { version: 1, packages: { 'npm:crm@1.0.0': CRM } };

test('a lock is read as it was written, whatever the order of its keys', () => {
  const hash = fc.stringMatching(/^[\da-f]{64}$/);
  const locked = fc.record({
    manifests: fc.dictionary(fc.constantFrom('linux-x64', 'darwin-arm64', 'linux-arm64-musl'), hash),
    license: fc.stringMatching(/^[\w .-]{1,20}$/),
    published: fc.constantFrom('2026-08-31', '1999-01-01'),
  });
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^npm:[a-z]{1,8}@\d\.\d\.\d$/), locked), (packages) => {
      const lock: Lock = {
        version: 1,
        packages: Object.fromEntries(Object.entries(packages).map(([key, more]) => [key, { ...CRM, ...more }])),
      };
      const text = lockText(lock);
      expect(readLock(text)).toEqual({ lock });
      const turned = { packages: Object.fromEntries(Object.entries(lock.packages).toReversed()), version: 1 as const };
      expect(lockText(turned)).toBe(text);
    }),
  );
});

test('what it has of programs is by what a policy writes, and for this platform alone', () => {
  const programs = { '/opt/a b/crm': { sha256: { 'linux-x64': HASH } }, crm: { sha256: { 'darwin-arm64': HASH } } };
  const lock: Lock = { ...LOCK, programs };
  expect(readLock(lockText(lock))).toEqual({ lock });
  expect(lockedProgram(lock, '/opt/a b/crm', 'linux-x64')).toBe(HASH);
  expect(lockedProgram(lock, 'crm', 'linux-x64')).toBeUndefined();
  expect(lockedProgram(lock, 'toString', 'linux-x64')).toBeUndefined();
});

test.each([
  ['relative/path', { 'linux-x64': HASH }],
  ['/a/../b', { 'linux-x64': HASH }],
  ['/a/', { 'linux-x64': HASH }],
  ['', { 'linux-x64': HASH }],
  ['crm', { 'linux-x64': 'A'.repeat(64) }],
  ['crm', { linux: HASH }],
  ['crm', { constructor: HASH }],
])('of a program, %j with %j is refused', (name, hashes) => {
  const text = lockText({ ...LOCK, programs: { [name]: { sha256: { ...hashes } } } });
  expect(readLock(text)).toHaveProperty('fault');
});

test.each<[title: string, from: string, to: string, said: RegExp]>([
  ['an unknown key', '"scripts"', '"other": 1, "scripts"', /does not know/],
  ['`__proto__`', '"scripts"', '"__proto__": {}, "scripts"', /the key `__proto__`/],
  ['a key twice', '"scripts"', '"scripts": [], "scripts"', /`scripts` twice/],
  ['a key twice, spelled otherwise', '"scripts"', '"scr\\u0069pts": [], "scripts"', /`scripts` twice/],
  [
    'a bin that is called `__proto__`, as we spell the rest',
    '"crm": {\n          "path"',
    '"__proto__": {\n          "path"',
    /the key `__proto__`/,
  ],
  ['a key twice, as we spell the rest', '"scripts": []', '"scripts": [],\n      "scripts": []', /`scripts` twice/],
  ['a key that is missing', ',\n      "scripts": []', '', /lacks `packages\/npm:crm@1.0.0\/scripts`/],
  ['a wrong type', '"scripts": []', '"scripts": {}', /no list/],
  ['a hash in upper case', HASH, 'A'.repeat(64), /SHA-256/],
  ['a weaker hash', INTEGRITY, 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', /sha512/],
  ['a path that leads out', 'node_modules/crm/index.js', 'node_modules/../../x.js', /path below the tree/],
  ['an absolute path', 'node_modules/crm/index.js', '/etc/x.js', /path below the tree/],
  ['a range for a version', 'npm:crm@1.0.0', 'npm:crm@^1.0.0', /cannot be one/],
  ['another version of the format', '"version": 1\n}', '"version": 2\n}', /of version 2/],
  ['what is no JSON', '{', '', /is no JSON/],
])('a lock with %s is refused', (_title, from, to, said) => {
  const text = lockText(LOCK).replace(from, to);
  expect(text).not.toBe(lockText(LOCK));
  expect(readLock(text)).toMatchObject({ fault: expect.stringMatching(said) });
});

test('a manifest is read as it was written, and one tree has one text', () => {
  const path = fc.stringMatching(/^[a-z]{1,5}(\/[a-z .@-]{1,5}x){0,3}$/);
  const item = fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      path,
      size: fc.nat(),
      sha256: fc.constant(HASH),
      executable: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('link' as const), path, to: path }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(item, { selector: (one) => one.path }), (items: Item[]) => {
      const text = manifestText(items);
      expect(manifestText(items.toReversed())).toBe(text);
      expect(new Set(readManifest(text))).toEqual(new Set(items));
    }),
  );
});

test.each([
  ['a/b', '../c', true],
  ['a/b', '../../c', false],
  ['a', '/etc', false],
  ['a/b/c', '../../../x', false],
  ['a/b', './c/../d', true],
])('a link at %s to %s stays inside: %s', (path, to, stays) => {
  expect(staysInside(path, to)).toBe(stays);
});

const bin = (path: string) => ({ path, sha256: HASH });

test('the program of a package is its only one, or the one that is called as it is', () => {
  const two = { ...CRM, bins: { crm: bin('a.js'), other: bin('b.js') } };
  expect(binOf(two, '@acme/crm')?.path).toBe('a.js');
  expect(binOf(two, '@acme/mail')).toBeUndefined();
  expect(binOf(two, '@acme/mail', 'other')?.path).toBe('b.js');
  expect(binOf(two, 'crm', 'constructor')).toBeUndefined();
  expect(binOf({ ...CRM, bins: { x: bin('a.js'), y: bin('a.js') } }, 'crm')?.path).toBe('a.js');
});

test('what is newer, by semver', () => {
  const order = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0', '1.2.0', '1.10.0', '2.0.0'];
  expect(order.toReversed().toSorted(compareVersions)).toEqual(order);
});

test.each([
  'npm:x',
  'npm:x@latest',
  'npm:x@^1.0.0',
  'npm:../x@1.0.0',
  'npm:x@1.0.0@2.0.0',
  'npm:@x@1.0.0',
  'pypi:x==1',
])('%s is no package in one version', (text) => expect(parsePackageId(text)).toBeUndefined());

test.each([
  ['>=18', '20.20.2', false],
  ['>=22', '20.20.2', true],
  ['^20.19 || >=22.12', '21.0.0', true],
  ['18.x', '20.0.0', true],
  ['>=18 <20', '20.0.0', true],
  ['what is this', '20.0.0', false],
])('%s leaves out %s: %s', (range, node, excluded) => {
  expect(excludes(range, node)).toBe(excluded);
});

test('of npm’s configuration the stronger file counts, and no secret is kept', () => {
  const config = readNpmConfig([
    'registry=https://weak.example\nproxy=http://p:1',
    '; mine\nregistry = "https://strong.example/npm"\n@acme:registry=https://acme.example/\n//acme.example/:_authToken=s3cret\nscript-shell=/tmp/sh\nfetch-timeout=1500\nfetch-retries=0',
  ]);
  expect(config).toMatchObject({
    registry: 'https://strong.example/npm/',
    scopes: { '@acme': 'https://acme.example/' },
    proxy: 'http://p:1',
    signedIn: ['//acme.example/'],
    waiting: { seconds: 1.5, again: 0 },
  });
  expect(JSON.stringify(config)).not.toMatch(/s3cret|script/);
});

test('what another version brings is told', () => {
  const next: LockedPackage = {
    ...CRM,
    published: '2026-08-31',
    license: 'MIT',
    scripts: ['left'],
    dependencies: {
      ...CRM.dependencies,
      'node_modules/left': { name: 'left', version: '1.0.1', integrity: INTEGRITY },
    },
  };
  const before = { id: { name: 'crm', version: '1.0.0' }, locked: CRM };
  const diff = diffLocked(before, { id: { name: 'crm', version: '1.1.0' }, locked: next }, '2026-09-10');
  expect(diff).toMatchObject({
    age: 10,
    added: ['left 1.0.1'],
    newScripts: ['left'],
    license: { from: 'none', to: 'MIT' },
  });
});
