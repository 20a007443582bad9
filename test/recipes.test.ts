import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileLayer, parseProject } from '../src/policy-text/compile.ts';
import type { PublishedFinding } from '../src/render/finding-json.ts';
import { makeArena, type Arena } from './kit/arena.ts';
import { msr, REPOSITORY } from './kit/command.ts';
import { CLIENTS, throughUs } from './kit/sdk-client.ts';

const RECIPES = `${REPOSITORY}/docs/recipes`;
const FILES = readdirSync(RECIPES);
const recipe = (file: string): string => readFileSync(`${RECIPES}/${file}`, 'utf8');

/** The policies that a page shows, each with where on the page it stands. */
const shownOn = (page: string): [title: string, text: string][] =>
  [...readFileSync(`${REPOSITORY}/${page}`, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, text = ''], index): [string, string] => [`${page}, number ${index + 1}`, text])
    .filter(([, text]) => /^version: 1$/m.test(text));

const SHOWN = ['README.md', 'docs/policy.md'].flatMap(shownOn);
const MANAGED = SHOWN.filter(([, text]) => text.startsWith('# /etc/mcp-secure-run/'));
const OF_PROJECT = SHOWN.filter(([, text]) => text.startsWith('# .mcp-secure-run.yaml'));
const USERS = SHOWN.filter((one) => !MANAGED.includes(one) && !OF_PROJECT.includes(one));

const RECIPES_AND_USERS = [...FILES.map((file): [string, string] => [file, recipe(file)]), ...USERS];

test('there are some of each kind', () => {
  expect([FILES.length, USERS.length, MANAGED.length, OF_PROJECT.length]).toEqual([5, 2, 1, 1]);
});

describe('the published schema accepts', () => {
  test.each([...RECIPES_AND_USERS, ...MANAGED])('%s', (_title, text) => {
    expect(faultsBySchema('policy', text)).toEqual([]);
  });
  test.each(OF_PROJECT)('%s', (_title, text) => {
    expect(faultsBySchema('project', text)).toEqual([]);
  });
});

test.each(FILES)('an editor that opens %s is led to the schema by its first line', (file) => {
  const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(recipe(file)) ?? [];
  expect(join(RECIPES, path)).toBe(`${REPOSITORY}/schema/policy.schema.json`);
  expect(existsSync(join(RECIPES, path))).toBe(true);
});

/** What `check` may say of a policy that is right: what is not built yet, what was not locked here, what its author gave up, what the machine has. */
const EXPECTED = ['not-enforced-yet', 'not-locked', 'unsafe-entry', 'program-unpinned', 'sandbox-old'];

describe('`check` finds nothing wrong with', () => {
  test.each(RECIPES_AND_USERS)('%s', async (_title, text) => {
    const { exitCode, findings } = await checked(arrange(text));
    expect(findings.filter(({ ident }) => !EXPECTED.includes(ident))).toEqual([]);
    expect(exitCode).toBe(findings.some(({ ident }) => ident === 'not-locked') ? 1 : 0);
  });
  test.each(MANAGED)('%s', async (_title, text) => {
    const layer = await compileLayer('managed', [{ file: 'policy.yaml', text }]);
    expect(layer.allowed || layer.findings).toBe(true);
  });
  test.each(OF_PROJECT)('%s', (_title, text) => {
    const layer = parseProject({ file: '.mcp-secure-run.yaml', text });
    expect(layer.allowed || layer.findings).toBe(true);
  });
});

test.each(FILES)('%s says in its first lines which of its keys are not enforced yet', async (file) => {
  const { findings } = await checked(arrange(recipe(file)));
  const keys = findings.flatMap(
    ({ ident, message }) => (ident === 'not-enforced-yet' && /^`(?:files\.|limits\.)?(\w+)/.exec(message)?.[1]) || [],
  );
  const [, said = ''] = /^# Not enforced yet, and so refused: ((?:.|\n# )*?)\.(?:\s|$)/m.exec(recipe(file)) ?? [];
  expect([...said.matchAll(/`(\w+)`/g)].map(([, key = '']) => key).toSorted()).toEqual([...new Set(keys)].toSorted());
});

describe('the recipe for a program of one’s own is enforced as a whole', () => {
  const ENV = { ACME_SITE: 'graz', ACME_TENANT: 'north-1', ACME_SECRET: 'canary', NODE_OPTIONS: '' };
  const show = async (name: keyof typeof CLIENTS, arena: Arena, ...words: readonly string[]): Promise<unknown> => {
    const start = throughUs(arena.home, 'crm');
    const client = CLIENTS[name]({ ...start, args: [...start.args, ...words], env: { ...start.env, ...ENV } });
    await client.connect();
    const shown: unknown = JSON.parse(await client.call('show'));
    await client.close();
    return shown;
  };

  test.each(['the first SDK', 'the second SDK'] as const)('%s reaches it through `run`', async (name) => {
    const arena = arrange(recipe('in-house.yaml'));
    expect(await show(name, arena)).toEqual({
      args: ['--stdio', '--region', 'eu'],
      acme: { ACME_SITE: 'graz', ACME_TENANT: 'north-1' },
      level: 'warn',
      starts: 1,
      share: true,
      exports: false,
    });
    expect(await show(name, arena, '--', 'us', arena.at('exports'))).toMatchObject({
      args: ['--stdio', '--region', 'us', arena.at('exports')],
      starts: 2,
      exports: true,
    });
  });

  test.each([
    ['a region that is none', ['mars'], {}, 'argument-refused'],
    ['a directory that is not granted', ['eu', '/etc'], {}, 'argument-refused'],
    ['an option', ['eu', '--admin'], {}, 'argument-refused'],
    ['a tenant that is no such name', [], { ACME_TENANT: '-rf' }, 'env-refused'],
  ])('%s is refused', async (_title, words, env, ident) => {
    const { home } = arrange(recipe('in-house.yaml'));
    const { stderr, exitCode } = await msr(home, ['run', 'crm', '--', ...words], { env: { ...ENV, ...env } });
    expect([exitCode, String(stderr)]).toEqual([126, expect.stringContaining(`error[${ident}]`)]);
  });
});

function faultsBySchema(of: 'policy' | 'project', text: string): unknown[] {
  const schema = JSON.parse(readFileSync(`${REPOSITORY}/schema/${of}.schema.json`, 'utf8'));
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  validate(parse(text));
  return validate.errors ?? [];
}

async function checked({ home }: Arena): Promise<{ exitCode: number | undefined; findings: PublishedFinding[] }> {
  const env = { ACME_SITE: 'graz', ACME_TENANT: 'north-1' };
  const { stdout, exitCode } = await msr(home, ['check', '--json'], { env });
  return { exitCode, findings: JSON.parse(String(stdout)).findings };
}

/** A place where the policy's own paths are, and are what it takes them for. */
function arrange(text: string): Arena {
  const arena = makeArena();
  const here = text
    .replaceAll('/opt/acme', arena.at('opt/acme'))
    .replaceAll(/(?<![\w/])~\/|\/home\/ann\//g, `${arena.directory}/`);
  for (const path of pathsIn(parse(here), arena.directory)) {
    const name = path.slice(arena.directory.length + 1);
    if (/\.js$|\/bin\/[^/]+$/.test(path)) chmodSync(arena.plant(name, PROGRAM), 0o755);
    else arena.make(name);
  }
  const hash = createHash('sha256').update(PROGRAM).digest('hex');
  writeFileSync(
    arena.home.policy,
    here.replace(/(?:# )?sha256: (?:0{64}|(?:0123456789abcdef){4})$/m, `sha256: ${hash}`),
  );
  return arena;
}

/** Those above others first. */
function pathsIn(value: unknown, directory: string): string[] {
  if (typeof value === 'string') return value.startsWith(`${directory}/`) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value)
    .flatMap((inner) => pathsIn(inner, directory))
    .toSorted();
}

/** A server of one tool, which shows what it was given. */
const PROGRAM = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { HOME, LOG_LEVEL } = process.env;
const log = HOME + '/.cache/crm-mcp/starts';
appendFileSync(log, '+');
const show = () => ({
  args: process.argv.slice(2),
  acme: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('ACME_'))),
  level: LOG_LEVEL,
  starts: readFileSync(log, 'utf8').length,
  share: existsSync(__dirname + '/../share'),
  exports: existsSync(__dirname + '/../../../exports'),
});
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'crm', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [{ name: 'show', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify(show()) }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) }));
});
`;
