import { describe, expect, test } from 'vitest';
import { prepareLandlock } from '../../../src/confine/landlock.ts';
import { explain, planJson } from '../../../src/plan/explain.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { explainText } from '../../../src/render/explain-text.ts';
import { decide, granted, identsOf, valuesOf } from '../../kit/decide.ts';
import { directory, ROOT, statedHost, type Tree } from '../../kit/stated-host.ts';

const OWN = '/tmp/mcp-secure-run-crm.XXXXXX';
const MADE = '/tmp/mcp-secure-run-crm.aB3dE9';
const PLAIN = { strong: String, quiet: String, error: String, warning: String, note: String };

const crm = (keys = ''): string =>
  `version: 1\nservers:\n  crm: { command: /usr/bin/env, unsafe: [landlock-only]${keys} }\n`;
const planOf = (keys = '', tree: Tree = {}, facts = {}): Plan =>
  granted(decide(crm(keys), 'crm', statedHost({ tree, facts })));

/** The words that the helper is given, and the rest of its start. */
function started(plan: Plan) {
  const spawn = prepareLandlock(plan, valuesOf(statedHost()), 40).spawnIn(MADE);
  const options = spawn.descriptors.find((one) => one.kind === 'options');
  return { ...spawn, words: options && 'text' in options ? options.text.split('\0').slice(0, -1) : [] };
}

describe('a plan by `landlock-only`', () => {
  test('has nothing that would have to be mounted', () => {
    const kinds = new Set(
      planOf(', files: { write: [~/src] }, state: [data]', {
        '/home/anna/src': directory({ uid: 1000, gid: 1000 }),
      }).mounts.map(({ kind }) => kind),
    );
    expect([...kinds].toSorted()).toEqual(['bind', 'devices', 'directory', 'link', 'processes', 'state']);
  });

  test('has directories of its own, under a name that each launch makes up', () => {
    const { cwd, env, confinement } = planOf();
    const values = Object.fromEntries(env.map((rule) => [rule.name, 'value' in rule ? rule.value : undefined]));
    expect(cwd.path).toBe(`${OWN}/home/work`);
    expect(values).toMatchObject({ HOME: `${OWN}/home`, TMPDIR: `${OWN}/tmp`, USER: 'anna' });
    expect(confinement).toMatchObject({ by: 'landlock', systemCalls: 'filtered', nestedNamespaces: false });
  });

  test('runs under the account of servers, where root starts it', () => {
    const plan = planOf('', {}, { account: ROOT });
    expect(started(plan).account).toEqual({ uid: 65534, gid: 65534 });
    expect(Object.fromEntries(plan.env.map((rule) => [rule.name, 'value' in rule ? rule.value : '']))['USER']).toBe(
      'nobody',
    );
  });

  test.each([
    [', files: { hide: ["**/*.pem"] }'],
    [', network: [api.example.com]'],
    [', network: any'],
    [', limits: { tmp: 1MiB }'],
    [', secrets: { TOKEN: { from: "env:TOKEN", as: file } }'],
  ])('is refused with what takes namespaces: %s', (keys) => {
    expect(identsOf(decide(crm(keys), 'crm', statedHost()))).toEqual(['needs-namespaces']);
  });

  test('is refused with the machine’s network', () => {
    const text = crm().replace('landlock-only', 'landlock-only, host-network');
    expect(identsOf(decide(text, 'crm', statedHost()))).toEqual(['needs-namespaces']);
  });

  test('gives up no more beside `no-sandbox`, and nothing by `own-sandbox`', () => {
    const both = granted(decide(crm().replace('landlock-only', 'landlock-only, no-sandbox'), 'crm', statedHost()));
    expect(both.confinement.by).toBe('nothing');
    const nested = granted(decide(crm().replace('landlock-only', 'landlock-only, own-sandbox'), 'crm', statedHost()));
    expect(nested.confinement).toMatchObject({ by: 'landlock', nestedNamespaces: false });
    expect(nested.weakened.map(({ ident, effect }) => [ident, effect])).toEqual([
      ['landlock-only', 'in effect'],
      ['own-sandbox', 'changes nothing yet'],
    ]);
  });

  test('says what it does not give', () => {
    const text = explainText(explain(planOf()), 120, PLAIN);
    for (const words of ['Landlock and a filter', 'namespaces', 'by SIGKILL', 'can be seen by whoever knows its path'])
      expect(text).toContain(words);
    expect(planJson(planOf())).toMatchObject({
      weakened: ['landlock-only'],
      notEnforced: expect.arrayContaining(['masks', 'private-sizes', 'looked-after', 'file-facts', 'accounts']),
    });
  });
});

describe('what the helper is told', () => {
  test('is the plan, place by place, and nothing of it in its arguments', () => {
    const tree = { '/home/anna/src': directory({ uid: 1000, gid: 1000 }) };
    const { words, args, file, cwd, env, descriptors } = started(planOf(', files: { write: [~/src] }', tree));
    const held = descriptors.findIndex((one) => one.kind === 'held' && one.path === '/home/anna/src');
    expect(words).toEqual(
      expect.arrayContaining([
        'l6:552:552',
        'l4:0:0',
        'r/usr/bin',
        'd/dev/null',
        `w${MADE}`,
        `p${MADE}`,
        `w#${held + 3}`,
      ]),
    );
    expect(words.filter((word) => word.startsWith('w'))).toHaveLength(2);
    expect(words.some((word) => word.includes('XXXXXX') || word.includes('/home'))).toBe(false);
    expect([file, args[0], args.slice(2)]).toEqual(['/proc/self/fd/4', 'landlock', ['--', '/usr/bin/env']]);
    expect([cwd, env['HOME']]).toEqual([`${MADE}/home/work`, `${MADE}/home`]);
  });

  test('the filter of its own', () => {
    expect(started(planOf()).descriptors).toContainEqual({ kind: 'filter', nestedNamespaces: false, landlock: true });
  });
});
