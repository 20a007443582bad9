import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import checkCommand from '../src/commands/check.ts';
import explainCommand from '../src/commands/explain.ts';
import type { Io } from '../src/commands/io.ts';
import { decideLaunch } from '../src/decide-launch.ts';
import * as container from '../src/container.ts';
import * as landlock from '../src/landlock.ts';
import * as locked from '../src/locked.ts';
import * as masks from '../src/masks.ts';
import * as regex from '../src/match/regex.ts';
import * as hosts from '../src/plan/hosts.ts';
import { sampleArguments } from '../src/plan/sample-arguments.ts';
import * as compiler from '../src/compile.ts';
import { msr } from './kit/command.ts';
import { policyOf } from './kit/decide.ts';
import { makeHome, type Home } from './kit/home.ts';
import { anyArguments, anyServer, anyWords, ECHO_SHA256, type Server } from './kit/any-server.ts';
import { printedBy } from './kit/printed-by.ts';

// `check` says of every server what `run` would do, with the same findings at the same places. It may be silent of
// nothing: where a start is refused, someone has read why before the first client did.

interface Document {
  readonly decision?: 'allow' | 'deny';
  readonly servers?: readonly { readonly id: string; readonly decision: 'allow' | 'deny' | 'not tried' }[];
  readonly findings: readonly { readonly ident: string; readonly severity: string; readonly place: Place | null }[];
}
interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a command printed, and its exit code. */
async function collect(command: (io: Io) => Promise<number>): Promise<Document & { readonly code: number }> {
  const { answer, document } = printedBy(command);
  const code = await answer;
  return { ...(document() as Document), code };
}

const checked = async () =>
  collect(async (io) =>
    checkCommand(
      { policy: undefined, servers: [], strict: false, deep: false, format: 'json', output: undefined, quiet: false },
      io,
    ),
  );
const explained = async (id: string, args: readonly string[]) =>
  collect(async (io) =>
    explainCommand({ kind: 'server', id, args }, { policy: undefined, json: true, question: undefined }, io),
  );

/** What `run` decides, from what it keeps of the policy. */
async function launched(id: string, args: readonly string[]): Promise<string[] | 'allow'> {
  const extras = {
    compiler: async () => Promise.resolve(compiler),
    regex: async () => Promise.resolve(regex),
    commandLine: async () => import('../src/plan/by-command-line.ts'),
    hosts: async () => Promise.resolve(hosts),
    landlock: () => landlock,
    seatbelt: async () => import('../src/seatbelt.ts'),
    masks: () => masks,
    locked: () => locked,
    container: () => container,
  };
  const { launch } = await decideLaunch(['run', id, '--', ...args], process.env, extras);
  return launch.allowed ? 'allow' : launch.findings.map(({ ident, place }) => at(ident, place ?? null)).toSorted();
}

const at = (ident: string, place: Place | null): string => `${ident} at ${place?.line}:${place?.column}`;
const foundIn = ({ findings }: Document): string[] => findings.map(({ ident, place }) => at(ident, place)).toSorted();

/** The arguments that `check` tries a server with: of its first example, else what its slots obviously take. */
function triedWith(text: string, id: string, server: Server): readonly string[] | undefined {
  const entry = policyOf(text).layers[0]?.servers.find((one) => one.id === id);
  return examplesOf(server).allow[0] ?? (entry && sampleArguments(entry));
}

/** A home in which some of these servers start, for this process too. */
function prepare(): Home {
  const home = makeHome('');
  chmodSync(home.directory, 0o755); // as root, servers run under another account
  home.write('server', '#!/bin/sh\n', 0o755);
  vi.stubEnv('MCP_SECURE_RUN_HOME', home.directory);
  vi.stubEnv('PRESENT', 'yes');
  onTestFinished(() => void vi.unstubAllEnvs());
  return home;
}

describe('check is run', { timeout: 120_000 }, () => {
  test('of every server: the decision, and each finding at its place', async () => {
    const home = prepare();
    const decisions = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyServer(home.directory), { minLength: 1, maxLength: 3 }), async (list) => {
        const servers = Object.fromEntries(list.map((server, index) => [`s${index}`, server]));
        const text = JSON.stringify({ version: 1, servers }, null, 1);
        writeFileSync(home.policy, text);
        const found = await checked();
        if (found.servers?.length === 0) {
          decisions.add('not valid');
          const other = await explained('s0', []);
          expect([found.code, other.code, other.decision]).toEqual([1, 2, 'deny']);
          expect([foundIn(other), await launched('s0', [])]).toEqual([foundIn(found), foundIn(found)]);
          return;
        }
        expect(found.servers?.map(({ id }) => id)).toEqual(Object.keys(servers));
        expect(found.code).toBe(found.findings.some(({ severity }) => severity === 'error') ? 1 : 0);
        for (const { id, decision } of found.servers ?? []) {
          decisions.add(decision);
          const args = triedWith(text, id, servers[id] ?? {});
          expect(decision === 'not tried').toBe(args === undefined);
          if (args === undefined) continue;
          const other = await explained(id, args);
          expect(other.decision).toBe(decision);
          expect(await launched(id, args)).toEqual(decision === 'allow' ? 'allow' : foundIn(other));
          expect(foundIn(found)).toEqual(expect.arrayContaining(foundIn(other)));
        }
      }),
      { numRuns: 120 },
    );
    expect([...decisions]).toEqual(expect.arrayContaining(['allow', 'deny', 'not tried']));
  });

  test('of every example: it is allowed where `run` with its words is', async () => {
    const home = prepare();
    const decisions = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        anyArguments(),
        fc.array(anyWords(), { minLength: 1, maxLength: 4 }),
        async (given, candidates) => {
          const server = { command: '/bin/echo', args: given, files: { read: ['/usr/share'] } };
          const failing = async (examples?: Record<'allow' | 'deny', string[][]>): Promise<number> => {
            const policy = { version: 1, servers: { crm: { ...server, examples } } };
            writeFileSync(home.policy, JSON.stringify(policy));
            return examples ? (await checked()).findings.filter(({ ident }) => ident === 'example-fails').length : 0;
          };
          await failing();
          const [allow, deny]: [string[][], string[][]] = [[], []];
          for (const one of candidates) ((await launched('crm', one)) === 'allow' ? allow : deny).push(one);
          for (const name of [...allow.map(() => 'allow'), ...deny.map(() => 'deny')]) decisions.add(name);
          expect(await failing({ allow, deny })).toBe(0);
          expect(await failing({ allow: deny, deny: allow })).toBe(candidates.length);
        },
      ),
      { numRuns: 60 },
    );
    expect([...decisions].toSorted()).toEqual(['allow', 'deny']);
  });
});

describe('check is run: the built command, which starts the server', () => {
  test.each<[title: string, server: Server, given: string[], check: string, run: string]>([
    ['starts', {}, [], '0 allow', '0'],
    ['starts with what was pinned', { sha256: ECHO_SHA256 }, [], '0 allow', '0'],
    [
      'starts with its first example',
      { args: [{ match: '[a-z]+' }], examples: { allow: [['ab']] } },
      ['ab'],
      '0 allow',
      '0',
    ],
    ['starts with the least', { args: [{ integer: [3, 9] }] }, ['3'], '0 allow', '0'],
    [
      'is pinned to something else',
      { sha256: 'a'.repeat(64) },
      [],
      '1 deny program-changed at 6:14',
      '126 program-changed at 6:14',
    ],
    ['is not there', { command: '/nowhere' }, [], '1 deny program-missing at 5:15', '127 program-missing at 5:15'],
    [
      'has a default that does not fit',
      { args: [{ equals: 'a', default: 'b' }] },
      [],
      '1 deny argument-refused at 7:5',
      '126 argument-refused at 7:5',
    ],
    [
      'lacks a variable of the client’s',
      { pass: ['ABSENT'] },
      [],
      '0 deny env-missing at 7:5',
      '126 env-missing at 7:5',
    ],
    ['has rules for tools', { tools: {} }, [], '0 deny not-enforced-yet at 6:4', '125 not-enforced-yet at 6:4'],
    ['is not valid', { cwd: 'here' }, [], '1 policy-value at 6:11', '2 policy-value at 6:11'],
  ])('a server that %s', async (_title, server, given, check, run) => {
    const home = makeHome(
      JSON.stringify({ version: 1, servers: { crm: { command: '/bin/echo', ...server } } }, null, 1),
    );
    const [checking, running] = await Promise.all([
      msr(home, ['check', '--json']),
      msr(home, ['run', 'crm', '--', ...given]),
    ]);
    const { servers = [], findings } = JSON.parse(String(checking.stdout)) as Document;
    const ofPolicy = findings.filter(({ ident }) => !ident.startsWith('sandbox-'));
    const decided = [checking.exitCode, ...servers.map(({ decision }) => decision), ...foundIn({ findings: ofPolicy })];
    expect(decided.join(' ')).toBe(check);
    const said = String(running.stderr);
    const idents = [...said.matchAll(/error\[([a-z-]+)\]/g)].map(([, ident]) => ident);
    const places = [...said.matchAll(/--> \S+?:(\d+:\d+)$/gm)].map(([, place]) => `at ${place}`);
    expect([running.exitCode, ...idents, ...places].join(' ')).toBe(run);
  });
});

describe('check is run', () => {
  test('an optional slot before one that must be filled is passed over in what is tried', async () => {
    const args = [{ oneOf: ['a', 'b'], optional: true }, { integer: [1, 9] }];
    expect(await checkOf({ args })).toBe('allow');
  });

  test('an example of a path that no server is granted counts as allowed', async () => {
    const slot = { args: [{ path: 'read' }], files: { read: ['/'] } };
    expect(await checkOf({ ...slot, examples: { allow: [['/usr/share']], deny: [['/proc'], ['/']] } })).toBe('allow');
  });

  test('an example of a path to read, below what may be written, counts as allowed', async () => {
    const slot = { args: [{ path: 'read' }], files: { write: ['/HOME/files'] } };
    const examples = { allow: [['/HOME/files'], ['/HOME/files/inner']] };
    const isAsSaid = (await checkOf({ ...slot, examples })) === 'allow';
    expect((await launched('crm', [`${process.env.MCP_SECURE_RUN_HOME}/files/inner`])) === 'allow').toBe(isAsSaid);
  });
});

/** What `check` says of a policy with this server alone. */
async function checkOf(server: Server): Promise<string> {
  const home = prepare();
  mkdirSync(`${home.directory}/files/inner`, { recursive: true, mode: 0o755 });
  const text = JSON.stringify({ version: 1, servers: { crm: { command: '/bin/echo', ...server } } });
  writeFileSync(home.policy, text.replaceAll('/HOME', home.directory));
  const { servers, findings } = await checked();
  const idents = findings.map(({ ident }) => ident).filter((ident) => !ident.startsWith('sandbox-'));
  return [servers?.[0]?.decision, ...idents].join(' ');
}

/** Those of arguments. */
function examplesOf({ examples }: Server): Record<'allow' | 'deny', readonly string[][]> {
  const { allow = [], deny = [] } = (examples ?? {}) as { allow?: unknown[]; deny?: unknown[] };
  return { allow: allow.filter(isArguments), deny: deny.filter(isArguments) };
}

const isArguments = (example: unknown): example is string[] => Array.isArray(example);
