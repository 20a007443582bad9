import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeArena } from '../kit/arena.ts';
import { msr, REPOSITORY } from '../kit/command.ts';
import { NPM_SERVERS, npmServer, policyOf } from '../kit/fixture-server.ts';
import { CLIENTS, throughUs } from '../kit/sdk-client.ts';

const MODULES = `${REPOSITORY}/node_modules`;

/** The filesystem server with a slot: a ceiling of `projects`, of which one directory is given at the start. */
function arrange() {
  const arena = makeArena();
  const [mine, other] = ['projects/mine', 'projects/other'].map((name) => arena.make(name, 'owned'));
  arena.plant('projects/other/secret.txt');
  const keys = { args: [`${MODULES}/${NPM_SERVERS.filesystem}`, { path: 'write' }] };
  const files = { read: [MODULES], write: [arena.at('projects')] };
  writeFileSync(arena.home.policy, policyOf(npmServer('files', NPM_SERVERS.filesystem, [], { ...keys, files })));
  return { arena, mine: mine ?? '', other: other ?? '' };
}

test('a path slot gives a real server the one directory that was asked for, and not its neighbours', async () => {
  const { arena, mine, other } = arrange();
  const start = throughUs(arena.home, 'files');
  const client = CLIENTS['the second SDK']({ ...start, args: [...start.args, '--', mine] });
  await client.connect();
  await client.call('write_file', { path: `${mine}/note.txt`, content: 'written inside' });
  expect(await client.call('read_text_file', { path: `${mine}/note.txt` })).toBe('written inside');
  expect(await client.call('read_text_file', { path: `${other}/secret.txt` })).toMatch(/denied|ENOENT/);
  await client.close();
});

test.each<[string, (place: ReturnType<typeof arrange>) => string[], string]>([
  ['nothing', () => [], 'argument-missing'],
  ['a directory outside the ceiling', ({ arena }) => [arena.make('elsewhere')], 'argument-refused'],
  ['the way out of it', ({ mine }) => [`${mine}/../..`], 'argument-refused'],
  ['an option', () => ['--allow-all'], 'argument-refused'],
  ['a relative path', () => ['projects/mine'], 'argument-refused'],
  ['one directory more', ({ mine, other }) => [mine, other], 'arguments-not-allowed'],
])('given %s, it is refused', async (_title, args, ident) => {
  const place = arrange();
  const { stderr, exitCode } = await msr(place.arena.home, ['run', 'files', '--', ...args(place)]);
  expect([exitCode, String(stderr).match(/error\[([a-z-]+)\]/)?.[1]]).toEqual([126, ident]);
});
