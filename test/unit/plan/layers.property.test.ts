import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/finding/decision.ts';
import { matchesName } from '../../../src/match/name-pattern.ts';
import { isWithin } from '../../../src/match/path.ts';
import type { EnvRule, Plan } from '../../../src/plan/plan.ts';
import type { Request } from '../../../src/plan/request.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { decode, encode } from '../../../src/policy/compiled-form.ts';
import type { Layer } from '../../../src/policy/policy.ts';
import { ENGINES, granted, identsOf, layerOf, POLICY_FILE } from '../../kit/decide.ts';
import { ANNAS, directory, link, program, sha256, statedHost } from '../../kit/stated-host.ts';

const HERS = directory(ANNAS);
const HOST = statedHost({
  tree: {
    '/srv/data/x': directory(),
    '/srv/data/in/x': directory(),
    '/srv/data/in/deep/x': directory(),
    '/srv/other/x': directory(),
    '/srv/link': link('/srv/data/in'),
    '/home/anna/code/.git': HERS,
    '/home/anna/code/x': HERS,
    '/home/anna/code/app/x': HERS,
    '/home/anna/tool': program('tool', ANNAS),
  },
  variables: { LEVEL: 'a', REGION: 'eu', TOKEN: 'secret', LD_LIBRARY_PATH: '/srv' },
  facts: { cwd: '/home/anna/code/app' },
});

/** What entries name, some of it inside another. */
const PATHS = [
  ...['/srv/data', '/srv/data/in', '/srv/data/in/deep', '/srv/other', '/srv/link'],
  ...['/home/anna/code', '/home/anna/code/app'],
];
const MANAGED_FILE = '/etc/mcp-secure-run/policy.yaml';
const STATES = ['data', 'data/in', 'cache/crm', 'cache/db'];
const MODES = ['read', 'write'] as const;
type Mode = (typeof MODES)[number];

const realOf = (path: string): string => HOST.real(path) ?? path;
const isInside = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => isWithin(realOf(path), realOf(root)));

/** Where it is looked: at each of them, inside it, above and elsewhere. */
const PLACES = [...new Set(PATHS.map(realOf))].flatMap((path) => [path, `${path}/x`]);
const SAMPLES = [...PLACES, '/', '/srv', '/home/anna', '/opt/acme', '/usr/bin'].flatMap((path) =>
  MODES.map((mode) => ({ path, mode })),
);

/** An entry, as it is written. */
interface Entry {
  readonly command: string;
  readonly sha256?: string;
  readonly args: readonly unknown[];
  readonly env: Readonly<Record<string, string>>;
  readonly pass: readonly unknown[];
  readonly unsafe: readonly string[];
  readonly files?: Readonly<Record<Mode, readonly string[]>>;
  readonly state?: readonly string[];
  readonly cwd?: string;
}

interface Ceiling {
  readonly command: readonly string[];
  readonly files: Readonly<Record<Mode, readonly string[]>>;
  readonly pass: readonly string[];
  readonly unsafe: readonly string[];
}

/** Two entries of one server, and what is given to it after `--`. */
interface Pair {
  readonly one: Entry;
  readonly other: Entry;
  readonly given: readonly string[];
}

const files = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom(...MODES)), {
    maxLength: 4,
    selector: ([path]) => path,
  })
  .map((grants) => {
    const named = (mode: Mode): string[] => grants.flatMap(([path, how]) => (how === mode ? [path] : []));
    // What can be read inside what can be written is refused already where it stands.
    const read = named('read').filter((path) => !isInside(path, named('write')));
    return { read, write: named('write') };
  });

const howNamed = fc.constantFrom('not', 'a', 'b', 'pass', 'pass?', 'pass value');
const variables = fc
  .record({
    LEVEL: howNamed,
    REGION: howNamed,
    TOKEN: howNamed,
    GONE: fc.constantFrom('not', 'a', 'pass?'),
    TZ: fc.constantFrom('not', 'a'),
    LD_LIBRARY_PATH: often(fc.constant('not'), fc.constantFrom('a', 'pass')),
  })
  .map((how) => {
    const named = Object.entries(how);
    const passed = named.flatMap(([name, one]): unknown[] => {
      if (one === 'pass value') return [{ [`${name}?`]: { oneOf: ['a', 'eu', 'secret'] } }];
      return one === 'pass' || one === 'pass?' ? [name + one.slice('pass'.length)] : [];
    });
    return { env: Object.fromEntries(named.filter(([, one]) => one === 'a' || one === 'b')), pass: passed };
  });

const unsafe = often(
  fc.subarray(['host-network', 'own-sandbox', 'unlocked', 'loader-variables', 'no-guard']),
  fc.subarray(['no-sandbox', 'unlocked', 'loader-variables'], { minLength: 1 }),
);

const grants = fc.record({
  files,
  variables,
  state: fc.subarray(STATES),
  cwd: fc.option(fc.constantFrom('private', 'project', ...PATHS), { nil: undefined }),
});

/** How an entry takes a word of the command line; `write` is what it can write. */
type Shape = (word: string, write: readonly string[]) => unknown;
const SHAPES: readonly Shape[] = [
  (word) => word,
  (word) => word,
  (word) => ({ oneOf: [word, 'serve'] }),
  (word) => ({ oneOf: [word], optional: true }),
  () => ({ match: '[a-z/]+' }),
  (word, write) => (word.startsWith('/') ? { path: isInside(word, write) ? 'write' : 'read' } : { maxLength: 9 }),
  (word) => (word.startsWith('/') ? { path: 'write' } : { maxLength: 9 }),
];
const shape = fc.constantFrom(...SHAPES);
/** No word twice: slots never go back, so one that may be left out takes the text that stands after it. */
const words = fc.uniqueArray(fc.tuple(fc.constantFrom('serve', 'fast', ...PATHS.map(realOf)), shape, shape), {
  maxLength: 2,
  selector: ([word]) => word,
});

const CRM = { command: '/opt/acme/bin/crm' };
const TOOL = { command: '/home/anna/tool' };
const PINNED = { ...TOOL, sha256: sha256('tool') };
const programs = fc.constantFrom(
  ...([
    [CRM, CRM],
    [CRM, CRM],
    [CRM, CRM],
    [CRM, TOOL],
    [TOOL, TOOL],
    [PINNED, TOOL],
    [TOOL, PINNED],
  ] as const),
);

/** Often two that agree on what is given up: of others, little is allowed. */
const pairs: fc.Arbitrary<Pair> = fc
  .record({
    programs,
    words,
    speaks: fc.constantFrom(0, 1),
    unsafe: often(
      unsafe.map((both) => [both, both] as const),
      fc.tuple(unsafe, unsafe),
    ),
    grants: fc.tuple(grants, grants),
  })
  .map((made) => {
    const entry = (index: 0 | 1): Entry => {
      const { files: paths, variables: names, state, cwd } = made.grants[index];
      const givenUp = made.unsafe[index];
      // Without a sandbox these mean nothing, and who writes them is told so.
      const confined = givenUp.includes('no-sandbox') ? {} : { files: paths, state };
      const args = made.words.map(([word, ...shapes]) => shapes[index](word, paths.write));
      return {
        ...made.programs[index],
        args,
        ...names,
        unsafe: givenUp,
        ...confined,
        ...(cwd !== undefined && { cwd }),
      };
    };
    const [one, other] = [entry(0), entry(1)];
    const { args } = made.speaks === 0 ? one : other;
    const given = made.words.flatMap(([word], index) => (typeof args[index] === 'string' ? [] : [word]));
    return { one, other, given };
  });

const ceilings: fc.Arbitrary<Ceiling> = fc.record({
  command: often<readonly string[]>(fc.constant(['/opt', '/home/anna/tool']), fc.subarray(['/opt', '/srv'])),
  files,
  pass: fc.subarray(['LEVEL', 'R*', '*', 'LD_*']),
  unsafe,
});

function often<Value>(usual: fc.Arbitrary<Value>, seldom: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: seldom });
}

const textOf = (entry: Entry, ceiling?: Ceiling): string =>
  JSON.stringify({ version: 1, servers: { crm: entry }, ...(ceiling && { ceiling }) });
const userLayer = (entry: Entry): Layer => layerOf(textOf(entry));
const managedLayer = (entry: Entry, ceiling?: Ceiling): Layer =>
  layerOf(textOf(entry, ceiling), MANAGED_FILE, 'managed');

const run = (args: readonly string[]): Request => ({ kind: 'server', id: 'crm', args });

function together({ one, other, given }: Pair, ceiling?: Ceiling): Decision<Plan> {
  return resolve(run(given), { layers: [managedLayer(one, ceiling), userLayer(other)] }, HOST, ENGINES);
}

const lone = (entry: Entry, given: readonly string[]): Decision<Plan> =>
  resolve(run(given), { layers: [userLayer(entry)] }, HOST, ENGINES);

const swapped = ({ one, other, given }: Pair): Pair => ({ one: other, other: one, given });

/** What this entry alone allows for the very command line of a plan. */
function alone(entry: Entry, { argv: [, ...args] }: Plan): Decision<Plan> {
  return resolve({ kind: 'command', command: entry.command, args }, { layers: [userLayer(entry)] }, HOST, ENGINES);
}

/** The same where a lone entry is refused for where it stands: that a server stands nowhere is no grant. */
function aloneAnywhere({ cwd, ...entry }: Entry, plan: Plan): Plan {
  const decision = alone({ ...entry, ...(cwd !== undefined && { cwd }) }, plan);
  return identsOf(decision).join() === 'cwd-not-granted' ? granted(alone(entry, plan)) : granted(decision);
}

/**
 * Whether it is refused for how its own grants lie to each other: what another layer or a ceiling takes away may be the
 * very one that stood in the way, so there is nothing to compare with.
 */
const overlaps = (entry: Entry, plan: Plan): boolean => identsOf(alone(entry, plan)).includes('grant-overlap');

// What a plan gives

const isConfined = ({ confinement }: Plan): boolean => confinement.by !== 'nothing';

/** Whether a server sees a path so: what is mounted deepest decides. */
function allows(plan: Plan, { path, mode }: (typeof SAMPLES)[number]): boolean {
  if (!isConfined(plan)) return true;
  const binds = plan.mounts.flatMap((mount) => (mount.kind === 'bind' && isWithin(path, mount.path) ? [mount] : []));
  const [deepest] = binds.toSorted((a, b) => b.path.length - a.path.length);
  return deepest !== undefined && (mode === 'read' || deepest.mode === 'write');
}

const keeps = (plan: Plan, state: string): boolean =>
  !isConfined(plan) ||
  plan.mounts.some(({ kind, path }) => kind === 'state' && isWithin(`/home/sandbox/${state}`, path));

/** Those that a policy gives, with source and value; the others every server has. */
const variablesOf = ({ env }: Plan): string[] =>
  env
    .filter(({ from }) => from !== 'us')
    .map(spelled)
    .toSorted();
const spelled = (rule: EnvRule): string => `${rule.name} ${'value' in rule ? rule.value : `of the ${rule.from}`}`;

const OWN = 'a directory of its own';
const standsIn = ({ cwd: { path } }: Plan): string =>
  path === '/home/sandbox/work' || path.endsWith('/cwd/crm') ? OWN : path;

const givesUp = ({ weakened }: Plan): string[] => weakened.map(({ ident }) => ident).toSorted();

/** All that is granted, without the names, places and reasons by which it came to be. */
function grantedBy(plan: Plan): unknown {
  const { argv, account, network, confinement } = plan;
  const binds = plan.mounts.flatMap((mount) => {
    if (mount.kind === 'link') return []; // a name that a path is asked for by; what it leads to is granted or not
    return [`${mount.kind} ${mount.path} ${mount.kind === 'bind' ? mount.mode : ''}`];
  });
  return {
    argv,
    mounts: binds.toSorted(),
    env: plan.env.map(spelled).toSorted(),
    cwd: standsIn(plan),
    network: network.mode,
    by: [confinement.by, confinement.nestedNamespaces],
    account: account.name,
    heldBy: plan.program.heldBy,
    givesUp: givesUp(plan),
  };
}

/** That the first gives nothing that the second does not. */
function expectWithin(plan: Plan, wide: Plan): void {
  expect(SAMPLES.filter((sample) => allows(plan, sample) && !allows(wide, sample))).toEqual([]);
  expect(variablesOf(wide)).toEqual(expect.arrayContaining(variablesOf(plan)));
  expect(STATES.filter((state) => keeps(plan, state) && !keeps(wide, state))).toEqual([]);
  expect(givesUp(wide)).toEqual(expect.arrayContaining(givesUp(plan)));
  expect([standsIn(wide), OWN]).toContain(standsIn(plan));
  if (plan.network.mode === 'host') expect(wide.network.mode).toBe('host');
  if (!isConfined(plan)) expect(isConfined(wide)).toBe(false);
  if (plan.confinement.nestedNamespaces) expect(wide.confinement.nestedNamespaces).toBe(true);
  expect([wide.argv, wide.program.real, wide.account.name]).toEqual([plan.argv, plan.program.real, plan.account.name]);
}

/** That a plan is what it would be without the ceiling, less what that does not admit. */
function expectHeldBy(ceiling: Ceiling, plan: Plan, without: Plan): void {
  const { files: paths, pass, command } = ceiling;
  expect(command.some((path) => isWithin(plan.program.real, path))).toBe(true);
  expect(givesUp(plan)).toEqual(givesUp(without).filter((name) => ceiling.unsafe.includes(name)));
  const isPassed = ({ name, from }: EnvRule): boolean =>
    from === 'policy' || (from === 'client' && pass.some((pattern) => matchesName(pattern, name)));
  expect(variablesOf(plan)).toEqual(without.env.filter(isPassed).map(spelled).toSorted());
  if (isConfined(plan) !== isConfined(without)) return; // what it sees then is what the entry names, and it names nothing
  for (const { path, mode } of SAMPLES.filter((sample) => PLACES.includes(sample.path))) {
    const isAdmitted =
      !isConfined(plan) || isInside(path, mode === 'write' ? paths.write : [...paths.read, ...paths.write]);
    expect(allows(plan, { path, mode }), `${mode} ${path}`).toBe(allows(without, { path, mode }) && isAdmitted);
  }
}

/** Holds a law against many pairs, and sees that enough of them were allowed for it to say something. */
function forAll<Made>(arbitrary: fc.Arbitrary<Made>, leastShare: number, law: (made: Made) => boolean): void {
  let held = 0;
  const count = (made: Made): void => void (held += law(made) ? 1 : 0);
  fc.assert(fc.property(arbitrary, count), { numRuns: RUNS });
  expect(held).toBeGreaterThan(RUNS * leastShare);
}

const RUNS = 400;

describe('layers are asked, not merged', () => {
  test('none can widen: what two grant together, each grants alone', () => {
    forAll(pairs, 0.2, (pair) => {
      const both = together(pair);
      if (!both.allowed || [pair.one, pair.other].some((entry) => overlaps(entry, both.granted))) return false;
      expectWithin(both.granted, aloneAnywhere(pair.one, both.granted));
      expectWithin(both.granted, aloneAnywhere(pair.other, both.granted));
      return true;
    });
  });

  test('nothing is lost needlessly: what each grants alone, they grant together, where they give up the same', () => {
    forAll(pairs, 0.15, (pair) => {
      const decision = together(pair);
      if (!decision.allowed || pair.one.unsafe !== pair.other.unsafe) return false;
      const both = decision.granted;
      if ([pair.one, pair.other].some((entry) => overlaps(entry, both))) return false;
      const [one, other] = [aloneAnywhere(pair.one, both), aloneAnywhere(pair.other, both)];
      for (const sample of SAMPLES)
        expect(allows(both, sample), JSON.stringify(sample)).toBe(allows(one, sample) && allows(other, sample));
      for (const state of STATES) expect(keeps(both, state), state).toBe(keeps(one, state) && keeps(other, state));
      expect(variablesOf(both)).toEqual(variablesOf(one).filter((variable) => variablesOf(other).includes(variable)));
      expect(standsIn(both)).toBe(standsIn(one) === standsIn(other) ? standsIn(one) : OWN);
      expect([givesUp(both), both.network.mode]).toEqual([givesUp(one), one.network.mode]);
      return true;
    });
  });

  test('two that allow the same command line, and give up the same, allow it together', () => {
    const alike = pairs.map(({ one, other, given }) => ({ one, other: { ...other, args: one.args }, given }));
    forAll(alike, 0.05, (pair) => {
      const [one, other] = [lone(pair.one, pair.given), lone(pair.other, pair.given)];
      if (!one.allowed || !other.allowed || pair.one.unsafe !== pair.other.unsafe) return false;
      if (one.granted.argv.join() !== other.granted.argv.join()) return false;
      expect(identsOf(together(pair))).toEqual([]);
      return true;
    });
  });

  test('a layer twice is that layer', () => {
    forAll(pairs, 0.2, ({ one, given }) => {
      const once = lone(one, given);
      const twice = together({ one, other: one, given });
      expect(identsOf(twice)).toEqual(identsOf(once));
      if (!once.allowed) return false;
      expect(grantedBy(granted(twice))).toEqual(grantedBy(once.granted));
      expect(granted(twice).narrowed).toEqual([]);
      return true;
    });
  });

  test('strictest wins in any order: whose layer is the managed one changes nothing', () => {
    forAll(pairs, 0.2, (pair) => {
      const [there, back] = [together(pair), together(swapped(pair))];
      expect(back.allowed).toBe(there.allowed);
      if (!there.allowed || !back.allowed) return false;
      expect(grantedBy(back.granted)).toEqual(grantedBy(there.granted));
      return true;
    });
  });
});

describe('a ceiling', () => {
  test('never widens, and takes away what it does not admit and nothing else', () => {
    forAll(fc.tuple(pairs, ceilings), 0.1, ([pair, ceiling]) => {
      const [without, decision] = [together(pair), together(pair, ceiling)];
      if (!decision.allowed) return false;
      expectWithin(decision.granted, granted(without));
      expectHeldBy(ceiling, decision.granted, granted(without));
      return true;
    });
  });

  test('is the same for a server that the user alone has', () => {
    forAll(fc.tuple(pairs, ceilings), 0.07, ([{ one, given }, ceiling]) => {
      const managed = layerOf(JSON.stringify({ version: 1, ceiling }), MANAGED_FILE, 'managed');
      const decision = resolve(run(given), { layers: [managed, userLayer(one)] }, HOST, ENGINES);
      if (!decision.allowed || overlaps(one, decision.granted)) return false;
      const without = aloneAnywhere(one, decision.granted);
      expectWithin(decision.granted, without);
      expectHeldBy(ceiling, decision.granted, without);
      return true;
    });
  });
});

test('what is narrowed is told: exactly what the user’s layer grants alone and the two together do not', () => {
  forAll(pairs, 0.1, (pair) => {
    const decision = together(pair);
    const isSlotted = JSON.stringify(pair.other.args).includes('"path"'); // then the lists are no grants
    if (!decision.allowed || isSlotted) return false;
    const both = decision.granted;
    if (overlaps(pair.other, both)) return false;
    const lost = variablesOf(aloneAnywhere(pair.other, both)).filter(
      (variable) => !variablesOf(both).includes(variable),
    );
    const { files: paths, state = [] } = pair.other;
    const narrowed = [
      ...MODES.flatMap((mode) =>
        (paths?.[mode] ?? [])
          .filter((path) => !allows(both, { path: realOf(path), mode }))
          .map((path) => `${mode} ${path}`),
      ),
      ...lost.map((variable) => `variable ${variable.split(' ')[0]}`),
      ...state
        .filter((path) => !keeps(both, path) && !state.some((outer) => path.startsWith(`${outer}/`)))
        .map((path) => `state ${path}`),
      ...pair.other.unsafe.filter((name) => !givesUp(both).includes(name)).map((name) => `unsafe ${name}`),
      ...[pair.other.cwd ?? 'private']
        .filter((cwd) => cwd !== 'private' && !both.cwd.because.reason.startsWith('`cwd: '))
        .map((cwd) => `cwd ${cwd}`),
    ];
    const told = both.narrowed.filter(({ at }) => at.file === POLICY_FILE);
    expect(told.map(({ what }) => what).toSorted()).toEqual(narrowed.toSorted());
    expect(told.every(({ by }) => by.file === MANAGED_FILE)).toBe(true);
    return narrowed.length > 0;
  });
});

test('a layer that was encoded is that layer, and decides the same', () => {
  forAll(fc.tuple(pairs, ceilings), 0.1, ([{ one, other, given }, ceiling]) => {
    const layers = [managedLayer(one, ceiling), userLayer(other)];
    const decoded = layers.map((layer) => {
      const key = { version: '1.2.3', kind: layer.kind, texts: layer.files.map((file) => ({ file, text: 'any' })) };
      return decode(key, encode(key, layer));
    });
    expect(decoded).toEqual(layers);
    const [before, after] = [layers, decoded.flatMap((layer) => layer ?? [])].map((asked) =>
      resolve(run(given), { layers: asked }, HOST, ENGINES),
    );
    expect(after).toEqual(before);
    return before?.allowed === true;
  });
});
