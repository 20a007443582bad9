import { expect, test } from 'vitest';
import type { Mount } from '../../../src/plan/plan.ts';
import { decide, granted, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, sha256, program, statedHost, type Tree } from '../../kit/stated-host.ts';

const TREE: Tree = { '/srv/data/reports': directory(ANNAS), '/home/anna/work': directory(ANNAS) };

function mountsFor(entry: string, tree: Tree = {}): readonly Mount[] {
  return granted(decide(withServer(entry), 'crm', statedHost({ tree: { ...TREE, ...tree } }))).mounts;
}

test('mounts go from shallow to deep, so that none hides another', () => {
  const entry = '{ command: /opt/acme/bin/crm, files: { read: [/srv/data], write: [/srv/data/reports, ~/work] } }';
  const paths = mountsFor(entry).flatMap(({ kind, path }) => (kind === 'absent' ? [] : [path]));
  for (const [index, path] of paths.entries())
    expect(paths.slice(index + 1).filter((later) => path.startsWith(`${later}/`))).toEqual([]);
  expect(new Set(paths).size).toBe(paths.length);
});

test('of the machine, a server sees these places and no others', () => {
  const shown = mountsFor('/opt/acme/bin/crm').filter(({ kind }) => kind === 'bind' || kind === 'link');
  expect(shown.map(({ path }) => path).toSorted()).toEqual([
    '/bin',
    '/etc/localtime',
    '/lib',
    '/opt/acme/bin/crm',
    '/usr/bin',
    '/usr/lib',
    '/usr/share',
  ]);
});

test('nothing but a grant can be written', () => {
  const entry = '{ command: /opt/acme/bin/crm, files: { read: [/srv/data], write: [~/work] } }';
  const writable = mountsFor(entry).filter((mount) => mount.kind === 'bind' && mount.mode === 'write');
  expect(writable.map(({ path }) => path)).toEqual(['/home/anna/work']);
});

const hosts = (entry: string): string | undefined => mountsFor(entry).find(({ path }) => path === '/etc/hosts')?.kind;

test('with the machine’s network come the files that name its hosts; without it, ours', () => {
  expect(hosts('/opt/acme/bin/crm')).toBe('text');
  expect(hosts('{ command: /opt/acme/bin/crm, unsafe: [host-network] }')).toBe('bind');
});

test('a program outside the system’s view is mounted, by the inode that was judged', () => {
  const own = { '/home/anna/crm': program('one', ANNAS) };
  const mounts = mountsFor(`{ command: /home/anna/crm, sha256: ${sha256('one')} }`, own);
  expect(mounts.find(({ path }) => path === '/home/anna/crm')).toMatchObject({
    kind: 'bind',
    mode: 'read',
    held: { device: 1 },
  });
});

test('a program that a grant shows anyway is not mounted again', () => {
  const mounts = mountsFor('{ command: /opt/acme/bin/crm, files: { read: [/opt/acme] } }');
  expect(mounts.filter(({ path }) => path.startsWith('/opt')).map(({ path }) => path)).toEqual(['/opt/acme']);
});
