import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/plan/explain.ts';
import { decide, granted, started, withServer } from '../../kit/decide.ts';
import {
  ANNAS,
  BOBS,
  directory,
  link,
  program,
  sha256,
  statedHost,
  unreadable,
  type Tree,
} from '../../kit/stated-host.ts';

type Row = readonly [title: string, entry: string, tree: Tree, expected: string];

/** The server `crm` with this entry, on a machine where these files are too: the argv that it is started by. */
function expectStart(entry: string, tree: Tree, expected: string): void {
  expect(started(decide(withServer(entry), 'crm', statedHost({ tree })))).toBe(expected);
}

const OWN = '/home/anna/crm';
const own = (text: string, facts = {}): Tree => ({ [OWN]: program(text, { ...ANNAS, ...facts }) });

describe('who could change it', () => {
  const PATH = '/srv/bin/crm';
  test.each<Row>([
    ['root alone', PATH, { [PATH]: program() }, PATH],
    ['root’s group', PATH, { [PATH]: program('', { mode: 0o775 }) }, PATH],
    ['another account, which owns it', PATH, { [PATH]: program('', BOBS) }, 'refused: program-owner'],
    ['everyone', PATH, { [PATH]: program('', { mode: 0o757 }) }, 'refused: program-writable'],
    ['another group', PATH, { [PATH]: program('', { mode: 0o775, gid: 50 }) }, 'refused: program-writable'],
    [
      'the owner of a directory above it',
      PATH,
      { '/srv': directory(BOBS), [PATH]: program() },
      'refused: program-owner',
    ],
    [
      'everyone, by a directory above it',
      PATH,
      { '/srv': directory({ mode: 0o777 }), [PATH]: program() },
      'refused: program-writable',
    ],
    ['nobody, for the directory above it is sticky', '/tmp/crm', { '/tmp/crm': program() }, '/tmp/crm'],
    [
      'the owner of what a link leads to',
      '/usr/bin/crm',
      { '/usr/bin/crm': link(PATH), [PATH]: program('', BOBS) },
      'refused: program-owner',
    ],
    [
      // Who can turn the link elsewhere chooses among all programs that root holds.
      'everyone, by the directory of a link to it',
      '/shared/crm',
      { '/shared': directory({ mode: 0o777 }), '/shared/crm': link('/opt/acme/bin/crm') },
      'refused: program-writable',
    ],
    [
      'another account, which owns the directory of a link to it',
      '/shared/crm',
      { '/shared': directory(BOBS), '/shared/crm': link('/opt/acme/bin/crm', BOBS) },
      'refused: program-owner',
    ],
  ])('%s', (_title, entry, tree, expected) => expectStart(entry, tree, expected));
});

describe('what holds it to what was reviewed', () => {
  const pinned = (text: string, command = OWN): string => `{ command: ${command}, sha256: ${sha256(text)} }`;
  test.each<Row>([
    ['its hash', pinned('one'), own('one'), OWN],
    ['its hash, which is another now', pinned('one'), own('two'), 'refused: program-changed'],
    ['nothing: it is anna’s', OWN, own('one'), 'refused: program-not-pinned'],
    ['nothing, and the policy gives that up', `{ command: ${OWN}, unsafe: [unlocked] }`, own('one'), OWN],
    [
      'nothing, which does not admit another account',
      `{ command: ${OWN}, unsafe: [unlocked] }`,
      own('one', BOBS),
      'refused: program-owner',
    ],
    [
      'its hash, also where root holds it',
      pinned('one', '/opt/acme/bin/crm'),
      { '/opt/acme/bin/crm': program('two') },
      'refused: program-changed',
    ],
    [
      'its hash, which `unlocked` does not overrule',
      `{ command: ${OWN}, sha256: ${sha256('one')}, unsafe: [unlocked] }`,
      own('two'),
      'refused: program-changed',
    ],
    [
      'its hash, in a file that cannot be read',
      pinned('one', '/opt/acme/bin/crm'),
      { '/opt/acme/bin/crm': unreadable() },
      'refused: program-unreadable',
    ],
    ['nothing: a directory above root’s file is anna’s', OWN, { [OWN]: program('') }, 'refused: program-not-pinned'],
    [
      // Who can turn the link elsewhere chooses what runs, and that is anna’s account.
      'nothing: the link to root’s file is anna’s',
      '/home/anna/bin/crm',
      { '/home/anna/bin/crm': link('/opt/acme/bin/crm', ANNAS) },
      'refused: program-not-pinned',
    ],
  ])('%s', (_title, entry, tree, expected) => expectStart(entry, tree, expected));

  test.each<[title: string, entry: string, locked: string, is: string, expected: string]>([
    ['the lock’s hash of it', OWN, OWN, 'one', OWN],
    ['the lock’s hash of it, which is another now', OWN, OWN, 'two', 'refused: program-changed'],
    ['nothing: the lock’s hash is of another', OWN, '/home/anna/other', 'one', 'refused: program-not-pinned'],
    ['its own hash, and not the lock’s', pinned('two'), OWN, 'two', OWN],
    ['its own hash, which the lock does not overrule', pinned('two'), OWN, 'one', 'refused: program-changed'],
    ['the lock’s hash of a name', '{ command: crm }', 'crm', 'one', OWN],
    ['the lock’s hash of a script', `{ command: node, args: [${OWN}] }`, OWN, 'one', `/usr/bin/node ${OWN}`],
    ['the lock’s hash of a script', `{ command: node, args: [${OWN}] }`, OWN, 'two', 'refused: program-changed'],
    [
      'nothing: no lock holds what another account owns',
      '/home/bob/crm',
      '/home/bob/crm',
      'one',
      'refused: program-owner',
    ],
  ])('%s', (_title, entry, locked, is, expected) => {
    const tree = { ...own(is), '/home/bob/crm': program(is, BOBS) };
    const host = statedHost({ tree, pinned: { [locked]: sha256('one') } });
    const policy = withServer(entry, 'programPath: [/home/anna, /usr/bin]');
    expect(started(decide(policy, 'crm', host))).toBe(expected);
  });

  test('a plan says that the lock holds it, and by which hash', () => {
    const host = statedHost({ tree: own('one'), pinned: { [OWN]: sha256('one') } });
    const plan = granted(decide(withServer(OWN), 'crm', host));
    expect(plan.program).toMatchObject({ heldBy: 'lock', sha256: sha256('one') });
    expect(plan.notEnforced).toContain('lock'); // what it loads is held by nothing
    const [[, lines]] = explain(plan) as [[string, { what: string }[]]];
    expect(lines.map(({ what }) => what)).toContain('held by the lock: its sha256, as `lock` found it');
  });

  test.each([
    ['sha256', pinned('one')],
    ['nothing', `{ command: ${OWN}, unsafe: [unlocked] }`],
    ['root', '/opt/acme/bin/crm'],
  ])('a plan says that it is held by %s', (heldBy, entry) => {
    const plan = granted(decide(withServer(entry), 'crm', statedHost({ tree: own('one') })));
    expect(plan.program.heldBy).toBe(heldBy);
    expect(plan.program.sha256).toBe(heldBy === 'sha256' ? sha256('one') : undefined);
  });
});
