import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './kit/command.ts';

/** Who may import whom, below `src/`: every room its own and those that stand before it. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  finding: [],
  match: ['finding'],
  identity: ['finding'],
  policy: ['finding', 'match', 'identity'],
  'policy-text': ['finding', 'match', 'identity', 'policy'],
  wire: [],
  // Secrets in a text; what is masked of a file system is in `masks.ts`.
  mask: [],
  // What was reviewed: packages as data.
  lock: ['identity'],
  plan: ['finding', 'match', 'identity', 'policy', 'lock'],
  confine: ['finding', 'match', 'plan'],
  // Where the attacks of `doctor --attack` are decided on: what each is, and what it says when it was made.
  attack: ['finding', 'confine'],
  render: ['finding', 'lock', 'plan', 'confine', 'attack'],
  host: ['finding', 'match', 'plan', 'confine'],
  state: ['finding', 'match', 'policy', 'lock', 'plan', 'host'],
  egress: ['finding', 'match', 'policy', 'wire', 'plan', 'confine'],
  secrets: ['finding', 'match', 'policy', 'mask', 'plan', 'host'],
  relay: ['finding', 'wire', 'confine', 'host', 'state'],
  // Installs what is locked, and sees that it stays so.
  store: [
    ...['finding', 'match', 'identity', 'policy', 'policy-text', 'lock', 'plan', 'confine'],
    ...['host', 'state', 'egress', 'relay'],
  ],
  // Makes them, wherever it is started: inside a sandbox, and without one.
  attempt: ['attack', 'host'],
  commands: [
    'finding',
    'match',
    'identity',
    'policy',
    'policy-text',
    'lock',
    'plan',
    'confine',
    'attack',
    'render',
    'host',
    'state',
    'secrets',
    'relay',
    'store',
    'locked.ts',
    'version.ts',
  ],
  'masking.ts': ['mask'],
  'keyring-worker.ts': [],
  'ask-secrets.ts': ['finding', 'policy', 'plan', 'mask', 'host', 'secrets', 'relay', 'masking.ts'],
  'locked.ts': ['finding', 'confine', 'plan', 'store'],
  'masks.ts': ['confine', 'host', 'relay'],
  'compile.ts': ['policy-text', 'state'],
  'container.ts': ['finding', 'plan', 'confine', 'relay'],
  'seatbelt.ts': ['finding', 'plan', 'confine', 'relay'],
  'landlock.ts': ['finding', 'plan', 'confine', 'host', 'relay'],
  'replace.ts': ['confine', 'plan', 'relay', 'decide-launch.ts'],
  'watch.ts': ['plan', 'relay'],
  'decide-launch.ts': [
    'finding',
    'policy',
    'plan',
    'state',
    'masks.ts',
    'locked.ts',
    'seatbelt.ts',
    'landlock.ts',
    'container.ts',
    'run-arguments.ts',
    'version.ts',
  ],
  'refusal.ts': [
    ...['finding', 'policy', 'plan', 'confine', 'host', 'wire', 'render', 'state', 'relay'],
    'decide-launch.ts',
  ],
  'run.ts': [
    ...['finding', 'plan', 'confine', 'host', 'egress', 'relay'],
    ...[
      'decide-launch.ts',
      'refusal.ts',
      'masks.ts',
      'seatbelt.ts',
      'landlock.ts',
      'container.ts',
      'replace.ts',
      'watch.ts',
      'ask-secrets.ts',
      'masking.ts',
      'version.ts',
    ],
  ],
  'run-arguments.ts': ['finding', 'plan'],
  'cli-secrets.ts': ['commands'],
  'cli-words.ts': ['finding', 'plan', 'policy-text', 'render', 'commands'],
  'cli-run.ts': [
    ...['match', 'plan', 'egress'],
    ...[
      'run.ts',
      'refusal.ts',
      'compile.ts',
      'seatbelt.ts',
      'landlock.ts',
      'masks.ts',
      'masking.ts',
      'locked.ts',
      'replace.ts',
      'watch.ts',
      'container.ts',
    ],
    'ask-secrets.ts',
  ],
  'cli.ts': ['finding', 'render', 'commands', 'cli-words.ts', 'cli-secrets.ts', 'cli-run.ts', 'version.ts'],
  'attack-launcher.ts': ['finding', 'policy', 'policy-text', 'plan', 'confine', 'attack', 'host', 'relay'],
  'attack-probe.ts': ['attack', 'attempt'],
  'version.ts': [],
};

/** Rooms that decide: values in, values out. They touch nothing of the machine. */
const PURE = [
  'finding',
  'match',
  'identity',
  'policy',
  'policy-text',
  'wire',
  'mask',
  'lock',
  'plan',
  'confine',
  'attack',
  'render',
];

const SOURCE = join(REPOSITORY, 'src');
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test.each(files)('%s imports only from rooms before its own', (name) => {
  const room = roomOf(name);
  const allowed = MAY_IMPORT[room];
  expect(allowed, `${room} is not in the table`).toBeDefined();
  const rooms = importsOf(name)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => roomOf(relative(SOURCE, join(SOURCE, dirname(name), specifier))));
  expect(rooms.filter((other) => other !== room && !allowed?.includes(other))).toEqual([]);
});

test.each(files.filter((name) => PURE.includes(roomOf(name))))('%s touches nothing of the machine', (name) => {
  expect(importsOf(name).filter((specifier) => specifier.startsWith('node:'))).toEqual([]);
  const text = readFileSync(join(SOURCE, name), 'utf8');
  expect(text).not.toMatch(/\bprocess\.|\bDate\b|Math\.random|\bsetTimeout\(|performance\./);
});

test.each(files)('%s holds one idea: 250 lines at most, no state of the module', (name) => {
  const text = readFileSync(join(SOURCE, name), 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(250);
  expect(text).not.toMatch(/^(?:export )?let /m);
});

test('run is one file of 60 KB at most, which loads Node’s own modules and nothing else', () => {
  const bundle = join(REPOSITORY, 'dist/run.cjs');
  expect(statSync(bundle).size).toBeLessThanOrEqual(60 * 1024);

  const { run } = JSON.parse(readFileSync(join(REPOSITORY, 'dist/inputs.json'), 'utf8'));
  expect(Object.keys(run.inputs).filter((input) => !input.startsWith('src/'))).toEqual([]);
  const [output] = Object.values<{ imports: { path: string }[] }>(run.outputs);
  expect(output?.imports.filter(({ path }) => !path.startsWith('node:'))).toEqual([]);
});

function importsOf(name: string): string[] {
  const text = readFileSync(join(SOURCE, name), 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function roomOf(name: string): string {
  return name.split('/')[0] ?? name;
}
