import { describe, expect, test } from 'vitest';
import { explain, planJson } from '../../../src/plan/explain.ts';
import { NO_ENGINES } from '../../../src/plan/matching.ts';
import type { Mount } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { explainText } from '../../../src/render/explain-text.ts';
import { granted, identsOf, policyOf, withServer } from '../../kit/decide.ts';
import { decideOnMac, HERS, planOnMac, PRIVATE, statedMac } from '../../kit/stated-mac.ts';
import { directory, file, link, program, ROOT, type Tree } from '../../kit/stated-host.ts';

const OWN = `${PRIVATE}/crm.XXXXXX`;
const PLAIN = { strong: String, quiet: String, error: String, warning: String, note: String };

const crm = (keys: string): string => `{ command: /opt/acme/bin/crm, ${keys} }`;
const mountsOf = (entry: string, tree?: Tree): readonly Mount[] => planOnMac(entry, tree).mounts;
const pathsOf = (kind: Mount['kind'], mounts: readonly Mount[]): string[] =>
  mounts.filter((mount) => mount.kind === kind).map(({ path }) => path);

describe('a plan for macOS', () => {
  test('has nothing that would have to be mounted', () => {
    const kinds = new Set(
      mountsOf(crm('files: { read: [~/src], write: [~/Notes] }, state: [data]')).map(({ kind }) => kind),
    );
    expect([...kinds].toSorted()).toEqual(['bind', 'devices', 'directory', 'link', 'state']);
  });

  test('has directories of its own, under a name that each launch makes up', () => {
    const { mounts, cwd, env } = planOnMac('/opt/acme/bin/crm');
    expect(pathsOf('directory', mounts)).toEqual([OWN, `${OWN}/home`, `${OWN}/tmp`, `${OWN}/home/work`]);
    expect(cwd.path).toBe(`${OWN}/home/work`);
    const values = Object.fromEntries(env.map((rule) => [rule.name, 'value' in rule ? rule.value : undefined]));
    expect(values).toMatchObject({ HOME: `${OWN}/home`, TMPDIR: `${OWN}/tmp`, USER: 'anna', TZ: 'Europe/Vienna' });
  });

  test('names them by their real path, as Seatbelt does, also where our own directory is not there yet', () => {
    const elsewhere: Tree = {
      '/Users/anna/.local': link('/Volumes/big/local', HERS),
      '/Volumes/big/local': directory(HERS),
    };
    const { mounts } = planOnMac('/opt/acme/bin/crm', { ...elsewhere, '/Users/anna/.local/share': directory(HERS) });
    expect(pathsOf('directory', mounts)[0]).toBe('/Volumes/big/local/share/mcp-secure-run/private/crm.XXXXXX');
  });

  test('shows what the system has of the places that are listed, and no other', () => {
    expect(pathsOf('bind', mountsOf('/opt/acme/bin/crm')).filter((path) => path !== '/opt/acme/bin/crm')).toEqual([
      ...['/bin', '/usr/bin', '/usr/libexec', '/usr/lib', '/usr/share'],
      ...['/System/Library/Frameworks', '/System/Library/PrivateFrameworks'],
      ...['/System/Cryptexes/OS', '/System/Volumes/Preboot/Cryptexes/OS'],
      '/System/Library/CoreServices/SystemVersion.plist',
      ...['/private/var/db/timezone', '/private/etc/ssl/openssl.cnf'],
    ]);
  });

  test('leads by every link on the way to what is granted', () => {
    const mounts = mountsOf(crm('files: { read: [~/Notes] }'));
    expect(pathsOf('link', mounts)).toContain('/Users/anna/Notes');
    expect(pathsOf('bind', mounts)).toContain('/Users/anna/Documents/notes');
  });

  test('keeps `state` where every launch finds it, and shows it in the home', () => {
    const [state] = mountsOf(crm('state: [.cache/crm]')).filter(({ kind }) => kind === 'state');
    expect(state).toMatchObject({
      path: `${OWN}/home/.cache/crm`,
      source: '/Users/anna/.local/share/mcp-secure-run/servers/crm/.cache%2Fcrm',
    });
  });

  test('of Homebrew’s programs, has what they load of each other', () => {
    const entry = '{ command: /opt/homebrew/bin/node, args: [/Users/anna/mcp/crm.js], unsafe: [unlocked] }';
    const mounts = mountsOf(entry);
    expect(pathsOf('bind', mounts)).toEqual(expect.arrayContaining(['/opt/homebrew/Cellar', '/opt/homebrew/opt']));
    expect(pathsOf('bind', mounts)).not.toContain('/opt/homebrew');
  });

  test('of a framework’s Python, has the program proper, its library and its standard library', () => {
    const version = '/Library/Frameworks/Python.framework/Versions/3.13';
    const tree: Tree = {
      [`${version}/bin/python3.13`]: program(),
      [`${version}/Python`]: file(),
      [`${version}/Resources/Python.app`]: directory(),
      [`${version}/lib/python3.13`]: directory(),
    };
    const entry = `{ command: ${version}/bin/python3.13, args: [/Users/anna/mcp/crm.js], unsafe: [unlocked] }`;
    const binds = pathsOf('bind', mountsOf(entry, tree)).filter((path) => path.startsWith(version));
    expect(binds.toSorted()).toEqual(
      ['/Python', '/Resources', '/bin/python3.13', '/lib/python3.13'].map((part) => version + part),
    );
  });
});

describe('what is refused on macOS', () => {
  test.each<[entry: string, expected: string]>([
    [crm('files: { read: [~/Library/Keychains] }'), 'grant-protected'],
    [crm('files: { write: [~/Library/LaunchAgents] }'), 'grant-protected'],
    [crm('files: { read: [~/library/keychains] }'), 'grant-protected'],
    [crm('files: { write: [~/.CLAUDE] }'), 'grant-protected'],
    [crm('files: { read: [~/.local/SHARE] }'), 'grant-too-wide'],
    [crm('files: { read: [~/Library] }'), 'grant-too-wide'],
    [crm('files: { read: [/Users] }'), 'grant-too-wide'],
    [crm('files: { write: [/tmp] }'), 'grant-too-wide'],
    [crm('files: { read: [/private/etc] }'), 'grant-too-wide'],
    [crm('files: { write: [/opt/homebrew] }'), 'grant-too-wide'],
    [crm('files: { read: [~/Documents/notes], write: [~/Documents] }'), 'grant-overlap'],
    [crm('network: [api.example.com]'), 'not-enforced-yet'],
    [crm('network: any'), 'not-enforced-yet'],
  ])('%s: %s', (entry, expected) => {
    const tree: Tree = {
      '/Users/anna/library/keychains': directory(HERS),
      '/Users/anna/.CLAUDE': directory(HERS),
      '/Users/anna/.local/SHARE': directory(HERS),
    };
    expect(identsOf(decideOnMac(entry, tree))).toEqual([expected]);
  });

  test('a start as root: its servers would need an account and directories that are not there', () => {
    expect(identsOf(decideOnMac('/opt/acme/bin/crm', {}, ROOT))).toContain('run-as');
  });

  test('a start without what knows macOS', () => {
    const request = { kind: 'server', id: 'crm', args: [] } as const;
    const decision = resolve(request, policyOf(withServer('/opt/acme/bin/crm')), statedMac(), NO_ENGINES);
    expect(identsOf(decision)).toContain('sandbox-unavailable');
  });
});

describe('`explain` on a Mac', () => {
  const plan = planOnMac('/opt/acme/bin/crm');
  const text = explainText(explain(plan), 120, PLAIN);

  test.each([
    'Seatbelt, by sandbox-exec: untested on macOS by us',
    'nobody has tried our profile for macOS',
    'what leaves the server’s process group outlives it',
    'have no limit but the disk’s',
    'system calls are not filtered',
    'files are granted by path',
  ])('says: %s', (words) => {
    expect(text).toContain(words);
  });

  test('and in JSON the same by name', () => {
    expect(planJson(plan)).toMatchObject({
      confinement: { by: 'seatbelt', systemCalls: 'open' },
      notEnforced: expect.arrayContaining([
        'macos-untested',
        'process-tree',
        'private-sizes',
        'system-calls',
        'path-races',
      ]),
    });
  });

  test('without a sandbox, there is nothing of ours to be untested', () => {
    const { notEnforced, confinement } = granted(decideOnMac(crm('unsafe: [no-sandbox]')));
    expect(confinement.by).toBe('nothing');
    expect(notEnforced).not.toContain('macos-untested');
  });
});
