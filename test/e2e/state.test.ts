import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeArena, type Arena } from '../kit/arena.ts';
import { msr } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';

/** Runs a server of a policy to its end; what it printed, or the idents of the refusal. */
async function said(arena: Arena, server: Record<string, unknown>, id = 'crm'): Promise<string> {
  const entry = { unsafe: ['unlocked'], command: 'node', ...server };
  writeFileSync(arena.home.policy, JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { [id]: entry } }));
  const { stdout, stderr } = await msr(arena.home, ['run', id], { timeout: 20_000 });
  return [String(stdout), ...[...String(stderr).matchAll(/error\[([a-z-]+)\]/g)].map(([, ident]) => ident)]
    .join('')
    .trim();
}

const NOTE = `
import { appendFileSync, readFileSync } from 'node:fs';
const [, , name] = process.argv;
const path = process.env.HOME + '/' + name;
appendFileSync(path, '+');
console.log(readFileSync(path, 'utf8'));
`;

test('what a server writes to `state` is there at its next start; the rest of its home is fresh', async () => {
  const arena = makeArena();
  const script = arena.plant('note.mjs', NOTE);
  const inState = { args: [script, 'data/log'], state: ['data', '.cache/crm/deep'] };
  expect([await said(arena, inState), await said(arena, inState)]).toEqual(['+', '++']);
  const beside = { args: [script, 'log'], state: ['data'] };
  expect([await said(arena, beside), await said(arena, beside)]).toEqual(['+', '+']);
  const deep = { ...inState, args: [script, '.cache/crm/deep/log'] };
  expect([await said(arena, deep), await said(arena, deep)]).toEqual(['+', '++']);
});

test('another server with the same names has directories of its own', async () => {
  const arena = makeArena();
  const script = arena.plant('note.mjs', NOTE);
  const entry = { args: [script, 'data/log'], state: ['data'] };
  expect([await said(arena, entry, 'one'), await said(arena, entry, 'other')]).toEqual(['+', '+']);
});

test('two starts at one moment both have it', async () => {
  const arena = makeArena();
  const script = arena.plant('note.mjs', NOTE);
  const entry = { args: [script, 'data/log'], state: ['data'] };
  await said(arena, entry);
  const both = await Promise.all(['crm', 'crm'].map((id) => msr(arena.home, ['run', id])));
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await said(arena, entry)).toBe('++++');
});

test('a link that a server leaves in its state leads no later start anywhere', async () => {
  const arena = makeArena();
  const victim = arena.make('victim', 'owned');
  arena.plant('victim/canary');
  const script = arena.attacker('lead-state-away.mjs');
  const first = { args: [script, victim, 'data'], state: ['data'] };
  expect(await said(arena, first)).toBe('data: empty');
  // The policy now names the very place where the link is, alone and below the old one.
  const later = { args: [script, victim, 'data/inner', 'data'], state: ['data/inner'] };
  // It cannot be removed, for it is a mount point: EBUSY, which Node.js 24 has no code for here.
  expect(await said(arena, later)).toMatch(/^data\/inner: empty, data:(?: EBUSY)?$/);
  const both = { args: [script, victim, 'data/inner', 'data'], state: ['data', 'data/inner'] };
  expect(await said(arena, both)).toBe('data/inner: ENOENT, data: empty');
  expect(readdirSync(victim)).toEqual(['canary']);
});

test.each(['.bashrc', '.config', '.config/git', '.local/lib', '.npmrc', 'node_modules', 'work', '..', '/data', 'a//b'])(
  '`%s` persists for nobody: what runs by itself at a start is never what the last one wrote',
  async (path) => {
    const arena = makeArena();
    expect(await said(arena, { args: [arena.plant('note.mjs', NOTE), 'x'], state: [path] })).toBe('policy-value');
  },
);

test('where it cannot be kept, nothing is started', async () => {
  const arena = makeArena();
  const script = arena.plant('note.mjs', NOTE);
  chmodSync(arena.plant('data', 'a file where our directory should be'), 0o755);
  expect(await said(arena, { args: [script, 'data/log'], state: ['data'] })).toBe('state-unusable');
});
