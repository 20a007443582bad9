import { describe, expect, test } from 'vitest';
import { answerPath } from '../../../src/plan/answer-path.ts';
import { decideServer } from '../../../src/plan/decide-server.ts';
import type { Mount } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { parseProject } from '../../../src/policy-text/parse-policy.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { decide, ENGINES, granted, identsOf, layerOf, policyOf, told, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, file, link, ROOT, socket, statedHost, type Tree } from '../../kit/stated-host.ts';

const APP = '/home/anna/app';
const at = (...names: readonly string[]): Tree =>
  Object.fromEntries(names.map((name) => [`${APP}/${name}`, name.endsWith('/') ? directory(ANNAS) : file('', ANNAS)]));
const TREE: Tree = {
  [APP]: directory(ANNAS),
  ...at('.git/hooks/pre-commit', '.git/config', '.env', 'src/.env.local', 'src/main.js', 'keys/k', '.mcp.json'),
};
const entry = (files: string): string => withServer(`{ command: /opt/acme/bin/crm, files: { ${files} } }`);
const host = (tree: Tree = TREE, bubblewrap?: string) =>
  statedHost({ tree, ...(bubblewrap !== undefined && { bubblewrap }) });

/** The masks in their order, as `explain` would tell of them. */
function masksOf(mounts: readonly Mount[]): string[] {
  return mounts.flatMap((mount) => {
    const path = mount.path.replace(`${APP}/`, '').replace(APP, '.');
    if (mount.kind === 'bind') return mount.mask ? [`read ${path}`] : [];
    if (mount.kind === 'hidden') return [`hide ${path} (${mount.of})`];
    if (mount.kind === 'absent') return [`watch ${path}`];
    return mount.kind === 'shield' ? ['shield'] : [];
  });
}
const masks = (files: string, tree?: Tree, bubblewrap?: string): string[] =>
  masksOf(granted(decide(entry(files), 'crm', host(tree, bubblewrap))).mounts);

describe('what is masked', () => {
  test.each<[title: string, files: string, expected: readonly string[]]>([
    ['nothing, where nothing is hidden or written', `read: [${APP}]`, []],
    [
      'protected names, where a server may write',
      `write: [${APP}]`,
      ['shield', 'read .git/config', 'read .git/hooks', 'read .mcp.json', 'watch .', 'watch .git'],
    ],
    [
      'what is hidden, where it may read',
      `read: [${APP}], hide: ["**/.env*", keys]`,
      ['shield', 'hide .env (file)', 'hide keys (directory)', 'hide src/.env.local (file)'],
    ],
    ['nothing by a pattern that matches nothing', `read: [${APP}], hide: ["*.pem"]`, []],
    ['by an absolute path', `read: [${APP}], hide: [${APP}/src]`, ['shield', 'hide src (directory)']],
    ['by one below the home', `read: [${APP}], hide: [~/app/src/main.js]`, ['shield', 'hide src/main.js (file)']],
    [
      'hidden before protected, and what is hidden in something protected behind it',
      `write: [${APP}], hide: [.mcp.json, pre-commit]`,
      [
        'shield',
        'read .git/config',
        'read .git/hooks',
        'hide .git/hooks/pre-commit (file)',
        'hide .mcp.json (file)',
        'watch .',
        'watch .git',
      ],
    ],
    [
      'each once, where grants lie in each other',
      `read: [${APP}, ${APP}/src], hide: [.env.local]`,
      ['shield', 'hide src/.env.local (file)'],
    ],
  ])('%s', (_title, files, expected) => {
    const found = masks(files);
    expect([...found].toSorted()).toEqual([...expected].toSorted());
    expect(found.indexOf('shield')).toBe(Math.min(expected.length, 1) - 1); // before all the others
  });

  test('links are not followed, and are not masked themselves', () => {
    const tree = { ...TREE, [`${APP}/.env.link`]: link('src/main.js'), [`${APP}/other`]: link('keys') };
    expect(masks(`read: [${APP}], hide: [".env.*", k]`, tree)).toEqual(
      ['shield', 'hide src/.env.local (file)', 'hide keys/k (file)'].toSorted().toReversed(),
    );
  });

  test('a socket is, as a file', () => {
    expect(masks(`read: [${APP}], hide: ["*.sock"]`, { ...TREE, [`${APP}/a.sock`]: socket() })).toEqual([
      'shield',
      'hide a.sock (file)',
    ]);
  });

  test('protected names three directories down, and not in packages', () => {
    const names = [
      '.vscode/x',
      'a/b/c/.vscode/x',
      'a/b/c/d/.vscode/x',
      'node_modules/p/.vscode/x',
      'a/.git/hooks/x',
      'w/.git',
    ];
    expect(masks(`write: [${APP}]`, at(...names))).toEqual(
      expect.arrayContaining([
        'read .vscode',
        'read a/b/c/.vscode',
        'read a/.git/hooks',
        'read w/.git',
        'watch a',
        'watch a/.git',
        'watch w',
      ]),
    );
    expect(masks(`write: [${APP}]`, at(...names)).filter((mask) => /node_modules|c\/d|watch a\/b/.test(mask))).toEqual(
      [],
    );
    expect(masks(`write: [${APP}], hide: [nothing]`, at(...names))).toEqual(masks(`write: [${APP}]`, at(...names)));
  });

  test('bubblewrap 0.12 follows no link and needs no shield; one that does not say, does', () => {
    const files = `read: [${APP}], hide: [.env]`;
    for (const version of ['0.12.0', '0.12.3', '0.13.0', '1.0.0'])
      expect(masks(files, TREE, version)).toEqual(['hide .env (file)']);
    for (const version of ['0.8.0', '0.11.9', '']) expect(masks(files, TREE, version)[0]).toBe('shield');
  });

  test('masks come after all that they lie in, and before /proc', () => {
    const kinds = granted(decide(entry(`write: [${APP}], hide: [.env]`), 'crm', host())).mounts.map(
      ({ kind, path }) => `${kind} ${path}`,
    );
    expect(kinds.indexOf(`bind ${APP}`)).toBeLessThan(kinds.indexOf('shield /'));
    expect(kinds.indexOf('shield /')).toBeLessThan(kinds.indexOf(`hidden ${APP}/.env`));
    expect(kinds.at(-1)).toBe('processes /proc');
  });
});

describe('what is refused', () => {
  const MANY = at(...Array.from({ length: 501 }, (_, index) => `d${index}/.env`));
  test.each<[title: string, files: string, expected: string, tree?: Tree]>([
    ['a grant that is hidden', `read: [${APP}], hide: [app]`, 'grant-protected'],
    ['a grant inside what is hidden', `read: [${APP}/src], hide: [~/app]`, 'grant-protected'],
    ['everything', `read: [${APP}], hide: ["**"]`, 'grant-protected'],
    ['a file that is hidden', `read: [${APP}/.env], hide: [.env]`, 'grant-protected'],
    ['a protected name, to be written', `write: [${APP}/.git/hooks]`, 'grant-protected'],
    ['a file in one, to be written', `write: [${APP}/.git/hooks/pre-commit]`, 'grant-protected'],
    ['more than 500 finds', `read: [${APP}], hide: [.env]`, 'hide-too-broad', MANY],
    ['a directory whose name is not UTF-8', `read: [${APP}], hide: [.env]`, 'hide-name', at('caf\uFFFD/')],
    ['a file with such a name that matches', `read: [${APP}], hide: ["*.pem"]`, 'hide-name', at('\uFFFD.pem')],
  ])('%s', (_title, files, expected, tree) => {
    expect(identsOf(decide(entry(files), 'crm', host({ ...TREE, ...tree })))).toEqual([expected]);
  });

  test.each([
    [`read: [${APP}/.git/hooks]`, {}],
    [`read: [${APP}], hide: [d7]`, MANY],
    [`read: [${APP}]`, at('caf\uFFFD/x')],
    [`read: [${APP}], hide: ["*.key"]`, at('\uFFFD.pem')],
  ])('but not `%s`', (files, tree) => {
    expect(identsOf(decide(entry(files), 'crm', host({ ...TREE, ...tree })))).toEqual([]);
  });

  test('what hides the program', () => {
    const text = withServer(
      `{ command: node, args: [${APP}/src/main.js], files: { read: [${APP}], hide: ["*.js"] }, unsafe: [unlocked] }`,
    );
    expect(identsOf(decide(text, 'crm', host()))).toEqual(['hide-too-broad']);
  });
});

describe('all layers hide', () => {
  const MANAGED = '/etc/mcp-secure-run/policy.yaml';
  const said = (hide: string) => withServer(`{ command: /opt/acme/bin/crm, files: { read: [${APP}]${hide} } }`);
  const project = granted(
    parseProject({
      file: `${APP}/.mcp-secure-run.yaml`,
      text: 'version: 1\nservers: { crm: { files: { hide: [keys] } }, other: { files: { hide: [src] } } }\n',
    }),
  );
  const CEILING = `ceiling: { command: [/opt], files: { read: [/home], hide: [main.js] } }`;
  const policy: Policy = {
    layers: [
      layerOf(
        withServer(`{ command: /opt/acme/bin/crm, files: { read: [${APP}], hide: [.env] } }`, CEILING),
        MANAGED,
        'managed',
      ),
      layerOf(said(', hide: [.env.local]')),
    ],
    project,
  };

  test('the managed one, its ceiling, the user’s, the project’s', () => {
    const plan = granted(resolve({ kind: 'server', id: 'crm', args: [] }, policy, host(), ENGINES));
    expect(masksOf(plan.mounts).toSorted()).toEqual([
      'hide .env (file)',
      'hide keys (directory)',
      'hide src/.env.local (file)',
      'hide src/main.js (file)',
      'shield',
    ]);
    const places = plan.mounts.flatMap((mount) => (mount.kind === 'hidden' ? [mount.because.at?.file] : []));
    expect(new Set(places)).toEqual(new Set([MANAGED, '/home/anna/.config/mcp-secure-run/policy.yaml', project.file]));
  });

  test('and `defaults`, each at its line', () => {
    const text = withServer(
      `{ command: /opt/acme/bin/crm, files: { read: [${APP}], hide: [keys] } }`,
      'defaults: { files: { hide: [.env] } }',
    );
    const { mounts } = granted(decide(text, 'crm', host()));
    const lines = mounts.flatMap((mount) =>
      mount.kind === 'hidden' ? [`${mount.path} ${mount.because.at?.line}`] : [],
    );
    expect(lines.toSorted()).toEqual([`${APP}/.env 2`, `${APP}/keys 4`]);
  });

  test('what a ceiling hides from a server without a sandbox is refused: nothing could hide it', () => {
    const text = 'version: 1\nceiling: { command: [/opt], unsafe: [no-sandbox], files: { hide: [.env] } }\n';
    const layers = [
      layerOf(text, MANAGED, 'managed'),
      layerOf(withServer('{ command: /opt/acme/bin/crm, unsafe: [no-sandbox] }')),
    ];
    expect(identsOf(resolve({ kind: 'server', id: 'crm', args: [] }, { layers }, host(), ENGINES))).toEqual([
      'policy-meaningless',
    ]);
  });
});

test('a server of root’s needs no mask where its account cannot get to', () => {
  const closed = {
    ...TREE,
    [`${APP}/root-only`]: directory({ mode: 0o700 }),
    [`${APP}/root-only/.env`]: file(),
    [APP]: directory(),
  };
  const stated = statedHost({
    tree: { ...closed, '/home/anna': directory() },
    facts: { account: { ...ROOT, home: '/root' } },
  });
  const { mounts } = granted(decide(entry(`read: [${APP}], hide: [.env]`), 'crm', stated));
  expect(masksOf(mounts)).toEqual(['shield', 'hide .env (file)']);
});

describe('a question is answered as a start would be', () => {
  const policy = policyOf(entry(`write: [${APP}], hide: [".env*", ~/app/keys]`));
  const answer = (path: string): string => {
    const { entries } = granted(decideServer({ kind: 'server', id: 'crm', args: [] }, policy, host(), ENGINES));
    return told(answerPath(path, entries, [{ args: [], paths: [] }], policy, host()), ({ what }) => what);
  };
  test.each([
    ['src/main.js', `${APP}/src/main.js: read and write`],
    ['.env', 'refused: path-not-granted'],
    ['.env.new', 'refused: path-not-granted'],
    ['keys/k', 'refused: path-not-granted'],
    ['.git/hooks/pre-commit', `${APP}/.git/hooks/pre-commit: read`],
    ['.vscode/tasks.json', `${APP}/.vscode/tasks.json: read`],
    ['a/b/c/d/e/.vscode/tasks.json', `${APP}/a/b/c/d/e/.vscode/tasks.json: read and write`],
  ])('%s', (name, expected) => expect(answer(`${APP}/${name}`)).toBe(expected));
});
