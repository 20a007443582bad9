import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { DOCUMENTS, type DocumentName } from '../src/render/document-schemas.ts';
import { makeArena, type Arena } from './kit/arena.ts';
import { isRoot } from './kit/account.ts';
import { msr } from './kit/command.ts';
import { PROGRAM_PATH } from './kit/fixture-server.ts';
import { IDENTITY, LockedTrap } from './kit/locked-trap.ts';
import { writeFileSync } from 'node:fs';

// What `--json` prints is what the published schemas say: no member less, and none that they do not name.

const ajv = new Ajv2020({ strict: false });

async function document(arena: Arena, words: readonly string[], of: DocumentName): Promise<unknown> {
  const { stdout } = await msr(arena.home, [...words, '--json'], { env: { TOKEN: 'canary-of-the-client' } });
  const parsed: unknown = JSON.parse(String(stdout));
  // As zod writes an object that it gives out, nothing else may be in it.
  const isValid = ajv.compile(z.toJSONSchema(DOCUMENTS[of]));
  expect(isValid(parsed), JSON.stringify(isValid.errors)).toBe(true);
  expect(String(stdout)).not.toContain('canary-of-the-client');
  return parsed;
}

function arrange(): Arena {
  const arena = makeArena();
  arena.make('shared', 'owned');
  const script = arena.plant('crm.js', '');
  const full = {
    command: 'node',
    args: [script, { path: 'write' }],
    env: { LEVEL: 'warn' },
    pass: ['TOKEN', 'OTHER?'],
    state: ['cache'],
    files: { write: [arena.at('shared')] },
    unsafe: ['unlocked', 'own-sandbox', 'observe'],
    examples: { allow: [[arena.at('shared')]], deny: [['/etc']] },
  };
  const open = { command: '/bin/true', unsafe: ['no-sandbox'] };
  const hosts = { command: '/bin/true', network: ['api.example.com', '.example.org:8443', '[::1]'] };
  const later = { command: '/bin/true', network: ['api.example.com'], tools: { '*': 'allow', 'rm_*': 'deny' } };
  const servers = { full, open, hosts, later, gone: '/opt/nowhere/gone' };
  writeFileSync(arena.home.policy, JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers }));
  return arena;
}

describe('explain', () => {
  test.each([
    ['full', 'a start with all that a policy can say', 'allow'],
    ['open', 'a start without a sandbox', 'allow'],
    ['hosts', 'a start with a list of hosts', 'allow'],
    ['later', 'what is not enforced yet', 'deny'],
    ['gone', 'a program that is not there', 'deny'],
    ['nobody', 'a server that is not there', 'deny'],
  ])('%s: %s', async (server, _title, decision) => {
    const arena = arrange();
    const words = server === 'full' ? ['explain', server, '--', arena.at('shared')] : ['explain', server];
    // `--json` stands before the `--` of the arguments.
    const ordered = [...words.slice(0, 2), '--json', ...words.slice(2)];
    const { stdout } = await msr(arena.home, ordered, { env: { TOKEN: 'canary-of-the-client' } });
    const parsed: unknown = JSON.parse(String(stdout));
    const isValid = ajv.compile(z.toJSONSchema(DOCUMENTS.explain));
    expect(isValid(parsed), JSON.stringify(isValid.errors)).toBe(true);
    expect(parsed).toMatchObject({ decision });
    expect(String(stdout)).not.toContain('canary-of-the-client');
  });
});

describe('a question', () => {
  test.each([
    ['full --path /usr/bin/env', 'allow'],
    ['full --path /root', 'deny'],
    ['full --env LEVEL', 'allow'],
    ['full --env NOTHING', 'deny'],
    ['later --host api.example.com', 'allow'],
    ['later --host other.example.com', 'deny'],
    ['later --tool read', 'allow'],
    ['later --tool rm_all', 'deny'],
    ['nobody --tool read', 'deny'],
  ])('%s: %s', async (words, decision) => {
    expect(await document(arrange(), ['explain', ...words.split(' ')], 'question')).toMatchObject({ decision });
  });
});

test('check', async () => {
  const found = await document(arrange(), ['check'], 'check');
  expect(found).toMatchObject({
    ok: false,
    servers: [
      { id: 'full', decision: 'allow' },
      { id: 'gone', decision: 'deny' },
      { id: 'hosts', decision: 'allow' },
      { id: 'later', decision: 'deny' },
      { id: 'open', decision: 'allow' },
    ],
  });
});

test('check, of a policy that is none', async () => {
  const arena = makeArena();
  writeFileSync(arena.home.policy, 'version: 2\n');
  expect(await document(arena, ['check'], 'check')).toMatchObject({ ok: false, servers: [] });
});

test('lock', async () => {
  const { arena } = new LockedTrap();
  expect(await document(arena, ['lock', '--prune'], 'lock')).toMatchObject({
    ok: true,
    packages: [{ identity: IDENTITY, outcome: 'unchanged' }],
  });
  const script = arena.plant('crm.js', '');
  writeFileSync(
    arena.home.policy,
    JSON.stringify({ version: 1, servers: { crm: { command: 'node', args: [script] } } }),
  );
  const found = await document(arena, ['lock'], 'lock');
  expect(found).toMatchObject({ ok: true, programs: isRoot ? [] : [{ program: script, outcome: 'locked' }] });
  expect(await document(arena, ['lock', 'nobody'], 'lock')).toMatchObject({ ok: false, packages: [], programs: [] });
});

test('doctor', async () => {
  await document(arrange(), ['doctor'], 'doctor');
});

test('doctor --attack', async () => {
  await document(arrange(), ['doctor', '--attack'], 'attack');
});
