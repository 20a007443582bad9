import { describe, expect, test } from 'vitest';
import { planJson } from '../../../src/plan/explain.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import type { Host } from '../../../src/plan/host.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { decide, granted, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, program, sha256, statedHost } from '../../kit/stated-host.ts';

const TREE = { '/home/anna/work': directory(ANNAS), '/home/anna/crm': program('one', ANNAS) };
const ENTRY = {
  command: '/opt/acme/bin/crm',
  args: ['--quiet'],
  env: { LOG_LEVEL: 'warn' },
  pass: ['TOKEN'],
  files: { write: ['~/work'] },
};
const CLIENT = { TOKEN: 'canary-of-the-client' };

const textOf = (entry: object): string => withServer(JSON.stringify(entry));

interface Situation {
  readonly entry?: object;
  readonly variables?: Record<string, string>;
  readonly version?: string;
  readonly text?: string;
  readonly firstInode?: number;
  readonly key?: string;
}

function hostOf({ variables = CLIENT, firstInode = 100 }: Situation): Host {
  return statedHost({ tree: TREE, variables, firstInode });
}

function planOf(situation: Situation = {}): Plan {
  return granted(decide(situation.text ?? textOf(situation.entry ?? ENTRY), 'crm', hostOf(situation)));
}

function digest(situation: Situation = {}): string {
  const { version = '1.2.3', text = textOf(situation.entry ?? ENTRY), key = 'key' } = situation;
  const keyedSha256 = (value: string): string => sha256(`${key} ${value}`);
  return digestOf(planOf(situation), hostOf(situation), { version, texts: [['p.yaml', text]], sha256, keyedSha256 });
}

describe('a plan', () => {
  test('is frozen, all the way down', () => {
    const thawed: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    };
    visit(planOf(), 'plan');
    expect(thawed).toEqual([]);
  });

  test('is plain data: written as JSON and read again, it is the same', () => {
    expect(JSON.parse(JSON.stringify(planOf()))).toEqual(planOf());
  });

  test('made twice is the same', () => {
    expect(planOf()).toEqual(planOf());
  });

  test('as `explain --json` shows it has no inodes and no value of the client', () => {
    const json = JSON.stringify(planJson(planOf()));
    expect(json).not.toMatch(/"(?:held|inode|device)"/);
    expect(json).not.toContain(CLIENT.TOKEN);
  });
});

describe('explain is run: the digest', () => {
  test('is a sha256', () => {
    expect(digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each<[title: string, situation: Situation]>([
    ['for the same', {}],
    ['on a machine with other inodes', { firstInode: 9000 }],
    ['with another variable in the client that no rule names', { variables: { ...CLIENT, OTHER: 'x' } }],
  ])('is the same %s', (_title, situation) => {
    expect(digest(situation)).toBe(digest());
  });

  test.each<[title: string, situation: Situation]>([
    ['another argument', { entry: { ...ENTRY, args: ['--loud'] } }],
    ['another literal', { entry: { ...ENTRY, env: { LOG_LEVEL: 'info' } } }],
    ['another name', { entry: { ...ENTRY, env: { LEVEL: 'warn' } } }],
    ['another value of the client', { variables: { TOKEN: 'another' } }],
    ['a grant less', { entry: { ...ENTRY, files: {} } }],
    ['a grant for reading alone', { entry: { ...ENTRY, files: { read: ['~/work'] } } }],
    ['something given up', { entry: { ...ENTRY, unsafe: ['host-network'] } }],
    ['a pin', { entry: { ...ENTRY, command: '/home/anna/crm', sha256: sha256('one') } }],
    ['a comment in the policy', { text: `${textOf(ENTRY)}# reviewed\n` }],
    ['another version of us', { version: '1.2.4' }],
    ['another key of this machine', { key: 'other' }],
  ])('is another with %s', (_title, situation) => {
    expect(digest(situation)).not.toBe(digest());
  });

  test('is made without the value of a variable itself: only the keyed hash sees it', () => {
    const hashed: string[] = [];
    const hash = (text: string): string => {
      hashed.push(text);
      return sha256(text);
    };
    digestOf(planOf(), hostOf({}), {
      version: '1',
      texts: [['p.yaml', textOf(ENTRY)]],
      sha256: hash,
      keyedSha256: () => 'keyed',
    });
    expect(hashed.length).toBeGreaterThan(0);
    expect(hashed.filter((text) => text.includes(CLIENT.TOKEN))).toEqual([]);
  });
});
