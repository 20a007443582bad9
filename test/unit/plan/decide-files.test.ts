import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/finding/decision.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { decide, told, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, file, link, program, socket, statedHost, type Tree } from '../../kit/stated-host.ts';

const HERS = directory(ANNAS);
const TREE: Tree = {
  '/srv/data/reports': directory(),
  '/srv/data/notes.txt': file(),
  '/srv/data-evil': directory(),
  '/home/anna/work/site': HERS,
  '/home/anna/desk': link('work', ANNAS),
  '/home/anna/data': link('/srv/data', ANNAS),
  '/home/anna/all': link('/', ANNAS),
  '/home/anna/me': link('/home/anna', ANNAS),
  '/home/anna/.claude/projects': HERS,
  '/home/anna/.claude.json': file('', ANNAS),
  '/home/anna/.cursor': HERS,
  '/home/anna/.config/zed': HERS,
  '/home/anna/.local/state/mcp-secure-run/compiled': HERS,
  '/home/anna/.local/share/mcp-secure-run': HERS,
  '/home/anna/agent.sock': socket(ANNAS),
  '/run/user/1000': HERS,
  '/run/docker.sock': socket(),
  '/var/run': link('/run'),
  '/proc/self': directory(),
  '/sys/fs': directory(),
  '/dev/shm': directory({ mode: 0o1777 }),
  '/etc/mcp-secure-run': directory(),
  '/usr/share/dict': directory(),
};

/** What the policy's `files` gave: `write /srv`, `link /a → /b`. */
function filesOf(decision: Decision<Plan>): string {
  return told(decision, ({ mounts }) =>
    mounts
      .filter(({ because }) => because.reason.startsWith('`files.'))
      .map((mount) => {
        if (mount.kind === 'bind') return `${mount.mode} ${mount.path}`;
        return mount.kind === 'link' ? `link ${mount.path} → ${mount.to}` : mount.kind;
      })
      .join(', '),
  );
}

function expectFiles(files: string, expected: string, tree: Tree = {}): void {
  const text = withServer(`{ command: /opt/acme/bin/crm, files: { ${files} } }`);
  expect(filesOf(decide(text, 'crm', statedHost({ tree: { ...TREE, ...tree } })))).toBe(expected);
}

describe('a server sees', () => {
  test.each([
    ['', ''],
    ['read: [], write: []', ''],
    ['read: [/srv/data]', 'read /srv/data'],
    ['read: [/srv/data/notes.txt]', 'read /srv/data/notes.txt'],
    ['write: [~/work]', 'write /home/anna/work'],
    ['read: [/srv/data, /srv/data]', 'read /srv/data'],
    ['read: [/srv/data], write: [/srv/data]', 'write /srv/data'],
    ['read: [/srv/data, /srv/data/reports]', 'read /srv/data'],
    ['read: [/srv/data, /srv/data-evil]', 'read /srv/data, read /srv/data-evil'],
    ['write: [~/work, ~/work/site]', 'write /home/anna/work'],
    ['read: [/srv/data], write: [/srv/data/reports]', 'read /srv/data, write /srv/data/reports'],
    // Both names lead there: the granted one by a link, for nothing else stands in its place.
    ['write: [~/desk]', 'write /home/anna/work, link /home/anna/desk → /home/anna/work'],
    ['read: [~/data, /srv/data]', 'read /srv/data, link /home/anna/data → /srv/data'],
    ['read: [/usr/share/dict]', ''], // the system's view shows it anyway
  ])('with `%s`: %s', (files, expected) => expectFiles(files, expected));
});

describe('a server is not started', () => {
  test.each([
    ['read: [/srv/nothing]', 'grant-missing'],
    ['read: [/]', 'grant-too-wide'],
    ['read: [~/all]', 'grant-too-wide'],
    ['read: ["~"]', 'grant-too-wide'],
    ['read: [~/me]', 'grant-too-wide'],
    ['read: [/home]', 'grant-too-wide'],
    ['write: [/tmp]', 'grant-too-wide'],
    ['write: [~/.config]', 'grant-too-wide'],
    ['read: [~/.config/mcp-secure-run]', 'grant-too-wide'],
    ['read: [~/.config/mcp-secure-run/policy.yaml]', 'grant-too-wide'],
    ['write: [~/.local/state/mcp-secure-run/compiled]', 'grant-protected'],
    ['write: [~/.local/share]', 'grant-too-wide'],
    ['read: [/etc/mcp-secure-run]', 'grant-too-wide'],
    ['read: [/etc]', 'grant-too-wide'],
    ['write: [~/.claude.json]', 'grant-too-wide'],
    ['write: [~/.claude/projects]', 'grant-protected'],
    ['read: [~/.cursor]', 'grant-too-wide'],
    ['read: [~/.config/zed]', 'grant-too-wide'],
    ['read: [~/agent.sock]', 'grant-protected'],
    ['write: [/run/docker.sock]', 'grant-protected'],
    ['read: [/run/user/1000]', 'grant-protected'],
    ['read: [/var/run]', 'grant-protected'],
    ['read: [/proc/self]', 'grant-protected'],
    ['read: [/sys/fs]', 'grant-protected'],
    ['write: [/dev/shm]', 'grant-protected'],
    ['write: [/srv/data], read: [/srv/data/reports]', 'grant-overlap'],
    ['write: [/opt/acme]', 'grant-overlap'], // its own program lies there
  ])('with `%s`: %s', (files, ident) => expectFiles(files, `refused: ${ident}`));

  test('with anything that is not right, whatever else is', () => {
    expectFiles('read: [/srv/data, /srv/nothing, /run/user/1000]', 'refused: grant-missing, grant-protected');
  });
});

describe('what is protected is so by its real path', () => {
  test.each([
    ['a home behind a link', 'write: ["~"]', { '/home/anna': link('/data/anna'), '/data/anna': HERS }],
    ['a home behind a link, from above', 'write: [/data]', { '/home/anna': link('/data/anna'), '/data/anna': HERS }],
    [
      'a client’s configuration behind a link',
      'write: [~/dotfiles]',
      { '/home/anna/.cursor': link('dotfiles/cursor', ANNAS), '/home/anna/dotfiles/cursor': HERS },
    ],
    [
      'a directory of ours behind a link',
      'write: [~/dotfiles]',
      { '/home/anna/.local/state': link('../dotfiles/state', ANNAS), '/home/anna/dotfiles/state/mcp-secure-run': HERS },
    ],
  ])('%s', (_title, files, tree) => {
    // Without what lies behind the links, which cannot be both there and here.
    const kept = Object.entries(TREE).filter(
      ([path]) => !Object.keys(tree).some((made) => path.startsWith(`${made}/`)),
    );
    const host = statedHost({ tree: { ...Object.fromEntries(kept), ...tree } });
    const text = withServer(`{ command: /opt/acme/bin/crm, files: { ${files} } }`);
    expect(filesOf(decide(text, 'crm', host))).toMatch(/^refused: grant-(?:too-wide|protected)$/);
  });

  test('the policy, wherever it lies', () => {
    const host = statedHost({ tree: { '/srv/policies/mine.yaml': file('', ANNAS) } });
    const text = withServer('{ command: /opt/acme/bin/crm, files: { write: [/srv/policies] } }');
    expect(filesOf(decide(text, 'crm', host, '/srv/policies/mine.yaml'))).toBe('refused: grant-too-wide');
  });
});

const two = (crm: string, other: string): string =>
  withServer(`{ command: /opt/acme/bin/crm, files: { ${crm} } }`) + `  other: { command: node, files: { ${other} } }\n`;

describe('servers beside each other', () => {
  test.each([
    ['read: [/srv/data], write: [/srv/data/reports]', 'write: [/srv/data]', 'refused: grant-overlap'],
    ['read: [/srv/data], write: [/srv/data/reports]', 'write: [~/data]', 'refused: grant-overlap'],
    ['read: [/srv/data], write: [/srv/data/reports]', 'read: [/srv/data]', 'read /srv/data, write /srv/data/reports'],
    // What the other may write is the mount point's inside; the mount point itself lies out of its reach.
    [
      'read: [/srv/data], write: [/srv/data/reports]',
      'write: [/srv/data/reports]',
      'read /srv/data, write /srv/data/reports',
    ],
    ['write: [/srv/data/reports]', 'write: [/srv/data]', 'write /srv/data/reports'],
  ])('%s beside %s: %s', (crm, other, expected) => {
    expect(filesOf(decide(two(crm, other), 'crm', statedHost({ tree: TREE })))).toBe(expected);
  });
});

describe('a link that a server can make is not followed', () => {
  const other = '  other: { command: node, files: { write: [~/work] } }\n';
  const PLANTED: Tree = {
    '/home/anna/work/out': link('/srv/data', ANNAS),
    '/home/anna/work/in': link('../notes', ANNAS),
    '/home/anna/notes': HERS,
    '/home/anna/through': link('work/out', ANNAS),
    '/home/anna/outside': link('/srv/data', ANNAS),
  };
  test.each([
    ['read: [~/work/out]', other, 'refused: grant-link'],
    ['read: [~/work/in]', other, 'refused: grant-link'],
    ['read: [~/through]', other, 'refused: grant-link'],
    ['read: [~/through/reports]', other, 'refused: grant-link'],
    ['write: [~/work, ~/work/out]', '', 'refused: grant-link'], // its own too: it was started before
    ['read: [~/outside]', other, 'read /srv/data, link /home/anna/outside → /srv/data'],
    ['read: [~/work/out]', '', 'read /srv/data, link /home/anna/work/out → /srv/data'],
    ['read: [/srv/data]', other, 'read /srv/data'],
  ])('%s beside `%s`: %s', (files, beside, expected) => {
    const text = withServer(`{ command: /opt/acme/bin/crm, files: { ${files} } }`) + beside;
    expect(filesOf(decide(text, 'crm', statedHost({ tree: { ...TREE, ...PLANTED } })))).toBe(expected);
  });
});

test('its own program may be its to write where the policy gives up what holds it', () => {
  const text = withServer('{ command: /srv/data/crm, files: { write: [/srv/data] }, unsafe: [unlocked] }');
  const host = statedHost({ tree: { ...TREE, '/srv/data/crm': program('', ANNAS) } });
  expect(filesOf(decide(text, 'crm', host))).toBe('write /srv/data');
});

test('every grant is held by the inode that was looked at', () => {
  const text = withServer('{ command: /opt/acme/bin/crm, files: { read: [/srv/data], write: [~/work] } }');
  const decision = decide(text, 'crm', statedHost({ tree: TREE }));
  const held = decision.allowed
    ? decision.granted.mounts.flatMap((mount) => (mount.kind === 'bind' && mount.because.at ? [mount.held] : []))
    : [];
  expect(held).toEqual([
    { device: 1, inode: expect.any(Number) },
    { device: 1, inode: expect.any(Number) },
  ]);
});
