import { expect, test } from 'vitest';
import type { Step } from '../../../src/match/custody.ts';
import type { Mount } from '../../../src/plan/plan.ts';
import { findUnreachable } from '../../../src/plan/unreachable.ts';
import { statedHost } from '../../kit/stated-host.ts';

const NOBODY = {
  name: 'nobody',
  uid: 65534,
  gid: 65534,
  home: '/',
  changes: true,
  because: { reason: 'started as root' },
};

const step = (path: string, [uid, gid, mode]: readonly [number, number, number]): Step => ({ path, uid, gid, mode });

/** The directories on the way to `/a/b/c`, each with an owner, a group and a mode; outermost first. */
function outcome(a: readonly [number, number, number], b: readonly [number, number, number], account = NOBODY): string {
  const steps = [step('/', [0, 0, 0o40755]), step('/a', a), step('/a/b', b), step('/a/b/c', [0, 0, 0o40700])];
  const host = { ...statedHost({}), steps: () => steps };
  const mount: Mount = {
    kind: 'bind',
    path: '/a/b/c',
    mode: 'read',
    held: { device: 1, inode: 1 },
    because: { reason: 'a grant' },
  };
  const [first] = findUnreachable([mount], account, host);
  return first ? (/may not enter `([^`]*)`/.exec(first.message)?.[1] ?? 'unnamed') : 'reached';
}

test.each([
  ['open directories', outcome([0, 0, 0o40755], [0, 0, 0o40711]), 'reached'],
  ['a directory of root alone', outcome([0, 0, 0o40700], [0, 0, 0o40755]), '/a'],
  ['a closed directory further in', outcome([0, 0, 0o40755], [1000, 1000, 0o40750]), '/a/b'],
  ['a directory that can be listed and not entered', outcome([0, 0, 0o40744], [0, 0, 0o40755]), '/a'],
  ['a directory of its own', outcome([65534, 0, 0o40700], [0, 0, 0o40755]), 'reached'],
  ['a directory of its own that it closed', outcome([65534, 0, 0o40077], [0, 0, 0o40755]), '/a'],
  ['a directory of its group', outcome([0, 65534, 0o40710], [0, 0, 0o40755]), 'reached'],
  ['a directory closed to its group', outcome([0, 65534, 0o40701], [0, 0, 0o40755]), '/a'],
  ['the account that starts it', outcome([0, 0, 0o40700], [0, 0, 0o40700], { ...NOBODY, changes: false }), 'reached'],
])('%s', (_title, is, expected) => {
  expect(is).toBe(expected);
});
