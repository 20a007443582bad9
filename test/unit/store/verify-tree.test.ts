import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/host/hash.ts';
import { manifestText } from '../../../src/lock/manifest.ts';
import { fillStore } from '../../../src/store/fill-store.ts';
import { storeIn } from '../../../src/store/places.ts';
import { pathOf } from '../../../src/store/stat-manifest.ts';
import { verifyTree } from '../../../src/store/verify-tree.ts';
import { makeHome } from '../../kit/home.ts';
import { isSeenAsKept } from '../../kit/seen-by-helper.ts';

const ENTRY = 'node_modules/crm/index.js';
const LEFT = 'node_modules/crm/node_modules/left/index.js';
const uid = process.getuid?.() ?? 0;

function makeTree() {
  const home = makeHome('');
  home.write(`made/${ENTRY}`, 'console.log(1)', 0o755);
  home.write('made/node_modules/crm/node_modules/left/index.js', 'module.exports = 1', 0o644);
  home.write('made/node_modules/.package-lock.json', '{}', 0o644);
  mkdirSync(`${home.directory}/made/node_modules/.bin`);
  symlinkSync('../crm/index.js', `${home.directory}/made/node_modules/.bin/crm`);
  const store = storeIn({ data: `${home.directory}/data`, state: `${home.directory}/state` });
  const filled = fillStore(`${home.directory}/made`, store, uid);
  if ('fault' in filled) throw new Error(filled.fault);
  const manifest = sha256(manifestText(filled.items));
  const entry = { path: ENTRY, sha256: sha256('console.log(1)') };
  const verify = (deep = false) => verifyTree({ store, manifest, entry, uid, deep });
  const write = (path: string, text: string): void => {
    chmodSync(`${filled.tree}/${path}`, 0o644);
    writeFileSync(`${filled.tree}/${path}`, text);
    chmodSync(`${filled.tree}/${path}`, path === ENTRY ? 0o555 : 0o444);
  };
  const isSeen = (wrong: Partial<typeof entry> = {}): boolean => {
    const { path, sha256: hash } = { ...entry, ...wrong };
    const locked = { identity: 'npm:crm@1.0.0', manifest, tree: filled.tree, stats: pathOf(store.stats, manifest) };
    return isSeenAsKept(locked, `${filled.tree}/${path}`, hash, `${home.directory}/handshake`);
  };
  return { home, store, manifest, entry, verify, isSeen, write, tree: filled.tree };
}

test('a tree that nobody touched is right, and only what is executed is read', () => {
  const { verify, isSeen } = makeTree();
  expect(verify()).toMatchObject({ ok: true, items: 3, hashed: 1 });
  expect(isSeen()).toBe(true);
});

/** Around the ends of its blocks, FIPS 180-4, 5.1. */
test.each([0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 100_000])(
  'a program of %d bytes is told by its SHA-256, in the native helper too',
  (size) => {
    const { home, store } = makeTree();
    const text = 'x'.repeat(size);
    home.write('other/node_modules/crm.js', text, 0o755);
    const filled = fillStore(`${home.directory}/other`, store, uid);
    if ('fault' in filled) throw new Error(filled.fault);
    const manifest = sha256(manifestText(filled.items));
    const locked = { identity: 'npm:crm@1.0.0', manifest, tree: filled.tree, stats: pathOf(store.stats, manifest) };
    const isSeen = (hash: string): boolean =>
      isSeenAsKept(locked, `${filled.tree}/node_modules/crm.js`, hash, `${home.directory}/handshake`);
    expect(isSeen(sha256(text))).toBe(true);
    expect(isSeen(sha256(`${text}x`))).toBe(false);
    expect(isSeen(sha256(text).slice(0, -1))).toBe(false);
  },
);

test('a file that was written anew with the same content is read once, and not the next time', () => {
  const { verify, write, isSeen } = makeTree();
  write('node_modules/crm/node_modules/left/index.js', 'module.exports = 1');
  expect(isSeen()).toBe(false);
  expect([verify(), verify()]).toMatchObject([{ hashed: 2 }, { hashed: 1 }]);
  expect(isSeen()).toBe(true);
});

test.each<[title: string, path: string, how: string, act: (made: ReturnType<typeof makeTree>) => void]>([
  ['a byte of the entry', ENTRY, 'content', ({ write }) => write(ENTRY, 'console.log(2)')],
  [
    'a byte of a dependency, at the same size and time',
    'node_modules/crm/node_modules/left/index.js',
    'content',
    ({ write, tree }) => {
      write('node_modules/crm/node_modules/left/index.js', 'module.exports = 2');
      utimesSync(`${tree}/node_modules/crm/node_modules/left/index.js`, 0, 0);
    },
  ],
  [
    'a file that is gone',
    'node_modules/crm/node_modules/left/index.js',
    'gone',
    ({ tree }) => unlinkSync(`${tree}/node_modules/crm/node_modules/left/index.js`),
  ],
  [
    'a module beside those that were locked',
    'node_modules',
    'added',
    ({ tree }) => mkdirSync(`${tree}/node_modules/evil`),
  ],
  [
    'a link that leads elsewhere',
    'node_modules/.bin/crm',
    'content',
    ({ tree }) => {
      unlinkSync(`${tree}/node_modules/.bin/crm`);
      symlinkSync('../crm/node_modules/left/index.js', `${tree}/node_modules/.bin/crm`);
    },
  ],
  ['a file that others may write', ENTRY, 'mode', ({ tree }) => chmodSync(`${tree}/${ENTRY}`, 0o757)],
  [
    'a directory in whose place a link stands',
    'node_modules/crm/node_modules/left',
    'kind',
    ({ tree, home }) => {
      renameSync(`${tree}/node_modules/crm/node_modules/left`, `${home.directory}/left`);
      symlinkSync(`${home.directory}/left`, `${tree}/node_modules/crm/node_modules/left`);
    },
  ],
])('%s is named', (_title, path, how, act) => {
  const made = makeTree();
  act(made);
  expect(made.isSeen()).toBe(false);
  for (const deep of [false, true])
    expect(made.verify(deep)).toEqual({ ok: false, fault: { kind: 'changed', path, how } });
});

test('the manifest, the store itself, and a link on the way to it', () => {
  const changed = makeTree();
  const manifest = `${changed.store.trees}/${changed.manifest}/manifest`;
  chmodSync(manifest, 0o644);
  writeFileSync(manifest, 'another');
  expect(changed.isSeen()).toBe(false);
  expect(changed.verify()).toEqual({ ok: false, fault: { kind: 'manifest', path: manifest } });

  const open = makeTree();
  chmodSync(open.store.trees, 0o777);
  expect(open.verify()).toEqual({ ok: false, fault: { kind: 'custody', path: open.store.trees } });

  const moved = makeTree();
  renameSync(moved.store.trees, `${moved.home.directory}/elsewhere`);
  symlinkSync(`${moved.home.directory}/elsewhere`, moved.store.trees);
  expect(moved.verify()).toEqual({ ok: false, fault: { kind: 'custody', path: moved.store.trees } });

  const gone = makeTree();
  expect(verifyTree({ ...gone, manifest: 'f'.repeat(64), uid, deep: false })).toMatchObject({
    fault: { kind: 'missing' },
  });
});

test('a file whose content changed at the same size, with its time put back, is found', () => {
  const { verify, tree } = makeTree();
  const path = `${tree}/${LEFT}`;
  utimesSync(path, 1, 1);
  expect([verify(), verify()]).toMatchObject([{ hashed: 2 }, { hashed: 1 }]);
  const { mtimeMs, size, mode } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, 'module.exports = 2');
  chmodSync(path, 0o444);
  utimesSync(path, 1, 1);
  expect(statSync(path)).toMatchObject({ mtimeMs, size, mode });
  expect(verify()).toEqual({ ok: false, fault: { kind: 'changed', path: LEFT, how: 'content' } });
});

test('what was put into the store is known by the first start, in whatever order its directories are', () => {
  const { home, store } = makeTree();
  // As directories are walked, `a/b` comes before `a.js`; as a manifest is sorted, after it.
  for (const path of ['a/b.js', 'a.js', 'a-b/c.js', 'LICENSE']) home.write(`other/node_modules/${path}`, path, 0o644);
  const filled = fillStore(`${home.directory}/other`, store, uid);
  if ('fault' in filled) throw new Error(filled.fault);
  const manifest = sha256(manifestText(filled.items));
  const verify = () => verifyTree({ store, manifest, uid, deep: false });
  expect(verify()).toMatchObject({ ok: true, items: 4, hashed: 0 });
  utimesSync(`${filled.tree}/node_modules/LICENSE`, 1, 1);
  expect([verify(), verify()]).toMatchObject([{ hashed: 1 }, { hashed: 0 }]);
});

const WHOLE = 9; // three files or links, and six directories with the tree itself

test.each<[title: string, spoil: (kept: Buffer, manifest: string) => Uint8Array]>([
  ['that is empty', () => Buffer.alloc(0)],
  ['that is cut', (kept) => kept.subarray(0, -8)],
  ['that is cut in its paths', (kept) => kept.subarray(0, kept.indexOf(0) - 3)],
  ['with more than it says', (kept) => Buffer.concat([kept, Buffer.alloc(40)])],
  ['of another version', (kept) => replaced(kept, 'stat 2\n', 'stat 1\n')],
  ['of another manifest', (kept, manifest) => replaced(kept, manifest, 'f'.repeat(64))],
  ['of other paths', (kept) => replaced(kept, 'left', 'lost')],
  [
    'without a number',
    (kept) => Buffer.concat([kept.subarray(0, kept.indexOf(0) + 1), kept.subarray(kept.indexOf(0) + 1).fill(0xff)]),
  ],
])('a stat manifest %s is not believed: all is compared by content, and it is kept anew', (_title, spoil) => {
  const right = makeTree();
  const file = `${right.store.stats}/${right.manifest}.stat`;
  const kept = readFileSync(file);
  writeFileSync(file, spoil(Buffer.from(kept), right.manifest));
  expect(right.isSeen()).toBe(false);
  expect([right.verify(), right.verify()]).toMatchObject([
    { ok: true, items: 3, hashed: WHOLE },
    { ok: true, items: 3, hashed: 1 },
  ]);
  expect(readFileSync(file)).toEqual(kept);

  const changed = makeTree();
  const other = `${changed.store.stats}/${changed.manifest}.stat`;
  writeFileSync(other, spoil(readFileSync(other), changed.manifest));
  changed.write(LEFT, 'module.exports = 2');
  expect(changed.verify()).toMatchObject({ ok: false, fault: { path: LEFT, how: 'content' } });
});

test.each(['device', 'inode', 'size', 'mode', 'time of change'].map((what, index) => [what, index] as const))(
  'a file with another %s than was kept is compared by its content, and the launcher asked',
  (_what, index) => {
    const { store, manifest, verify, isSeen } = makeTree();
    const file = `${store.stats}/${manifest}.stat`;
    const kept = readFileSync(file);
    const end = kept.indexOf(0);
    const paths = kept.toString('utf8', 0, end).split('\n').slice(2);
    const at = end + 1 + (paths.indexOf(LEFT) * 5 + index) * 8;
    kept.writeDoubleLE(kept.readDoubleLE(at) + 1, at);
    writeFileSync(file, kept);
    expect(isSeen()).toBe(false);
    expect([verify(), verify()]).toMatchObject([{ hashed: 2 }, { hashed: 1 }]);
    expect(isSeen()).toBe(true);
  },
);

test('a stat manifest that another account could have written is not believed', () => {
  const { verify, store, manifest } = makeTree();
  chmodSync(`${store.stats}/${manifest}.stat`, 0o666);
  expect(verify()).toMatchObject({ ok: true, hashed: WHOLE });
});

test('an entry that the lock says is another one, or that is none of the tree, is refused', () => {
  const { store, manifest, entry, isSeen } = makeTree();
  const verify = (wrong: typeof entry) => verifyTree({ store, manifest, entry: wrong, uid, deep: false });
  const fault = { kind: 'changed', how: 'content' };
  expect(verify({ ...entry, sha256: 'f'.repeat(64) })).toMatchObject({ fault });
  expect([
    isSeen({ sha256: 'f'.repeat(64) }),
    isSeen({ path: LEFT }),
    isSeen({ path: 'node_modules/none.js' }),
    isSeen({ path: '../tree/node_modules/crm/index.js' }),
  ]).toEqual([false, false, false, false]);
  expect(verify({ ...entry, path: LEFT })).toMatchObject({ fault });
  expect(verify({ ...entry, path: 'node_modules/none.js' })).toMatchObject({ fault });
  expect(verify({ ...entry, path: '../tree/node_modules/crm/index.js' })).toMatchObject({ fault });
});

function replaced(kept: Buffer, from: string, to: string): Buffer {
  return Buffer.from(kept.toString('latin1').replace(from, to), 'latin1');
}

test.each<[title: string, act: (made: string) => void, said: RegExp]>([
  ['a link out of it', (made) => symlinkSync('../../../etc', `${made}/node_modules/x`), /is a link out of it/],
  ['an absolute link', (made) => symlinkSync('/etc/passwd', `${made}/node_modules/x`), /is a link out of it/],
  [
    'a file that runs as another account',
    (made) => {
      writeFileSync(`${made}/node_modules/x`, '');
      chmodSync(`${made}/node_modules/x`, 0o4755);
    },
    /takes on another account/,
  ],
  ['a name with a line break', (made) => writeFileSync(`${made}/node_modules/a\nb`, ''), /control characters/],
])('no tree with %s comes into the store', (_title, act, said) => {
  const home = makeHome('');
  mkdirSync(`${home.directory}/made/node_modules`, { recursive: true });
  act(`${home.directory}/made`);
  const store = storeIn({ data: `${home.directory}/data`, state: `${home.directory}/state` });
  expect(fillStore(`${home.directory}/made`, store, uid)).toMatchObject({ fault: expect.stringMatching(said) });
  expect(readdirSync(store.trees)).toEqual([]);
});
