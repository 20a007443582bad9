import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/plan/host.ts';
import { decide, told, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, file, link, statedHost } from '../../kit/stated-host.ts';

const HERS = directory(ANNAS);
const TREE = {
  '/home/anna/code/app/.git': HERS,
  '/home/anna/code/app/src': HERS,
  '/home/anna/code/tree/.git': file('gitdir: …', ANNAS), // as in a worktree
  '/home/anna/app': link('code/app', ANNAS),
  '/srv/data/notes.txt': file(),
};

function cwdOf(keys: string, cwd?: Host['cwd']): string {
  const host = statedHost({ tree: TREE, facts: { cwd } });
  return told(decide(withServer(`{ command: /opt/acme/bin/crm${keys} }`), 'crm', host), (plan) => plan.cwd.path);
}

describe('a confined server stands in', () => {
  const granted = ', files: { read: [~/code, /srv/data] }';
  test.each([
    ['', '/home/anna', '/home/sandbox/work'],
    [', cwd: private', '/home/anna', '/home/sandbox/work'],
    [`, cwd: project${granted}`, '/home/anna/code/app/src', '/home/anna/code/app'],
    [`, cwd: project${granted}`, '/home/anna/code/app', '/home/anna/code/app'],
    [`, cwd: project${granted}`, '/home/anna/app/src', '/home/anna/code/app'],
    [`, cwd: project${granted}`, '/home/anna/code/tree', '/home/anna/code/tree'],
    [`, cwd: project${granted}`, '/home/anna/code', 'refused: cwd-missing'],
    [`, cwd: project${granted}`, undefined, 'refused: cwd-missing'],
    [', cwd: project', '/home/anna/code/app', 'refused: cwd-not-granted'],
    [`, cwd: /srv/data${granted}`, undefined, '/srv/data'],
    [`, cwd: /home/anna/app/src${granted}`, '/', '/home/anna/code/app/src'],
    [', cwd: /srv/data', '/', 'refused: cwd-not-granted'],
    [', cwd: /srv, files: { read: [/srv/data] }', '/', 'refused: cwd-not-granted'],
    [`, cwd: /srv/nothing${granted}`, '/', 'refused: cwd-missing'],
    [`, cwd: /srv/data/notes.txt${granted}`, '/', 'refused: cwd-missing'],
  ])('with `%s`, its client in %s: %s', (keys, cwd, expected) => {
    expect(cwdOf(keys, cwd)).toBe(expected);
  });
});

describe('without a sandbox it stands in', () => {
  test.each([
    ['', '/home/anna/.local/share/mcp-secure-run/cwd/crm'],
    [', cwd: /srv/data', '/srv/data'],
    [', cwd: project', 'refused: cwd-missing'],
  ])('with `%s`: %s', (keys, expected) => {
    expect(cwdOf(`, unsafe: [no-sandbox]${keys}`, '/')).toBe(expected);
  });
});
