import { copyFileSync, writeFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { giveToServers, makeArena, type Arena } from './arena.ts';
import { REPOSITORY } from './command.ts';
import { PROGRAM_PATH } from './fixture-server.ts';
import { startSession, type Session } from './session.ts';

/** A server that runs the shell scripts that it is asked to, in a project of its account's. */
export interface Project extends Arena {
  /** A path in the project. */
  readonly in: (name: string) => string;
  /** A file of the servers' account in the project. */
  readonly put: (name: string, text?: string) => string;
  /** Starts an entry of the policy: `masked`, `bare` without `hide`, `outside` without a sandbox. */
  readonly start: (id: 'masked' | 'bare' | 'outside') => Session;
}

/** `files` are those of `masked` beside the project, which it may write unless they say otherwise. */
export function makeProject(files: Record<string, unknown> = {}): Project {
  const arena = makeArena();
  const app = arena.make('app', 'owned');
  arena.make('server');
  const script = arena.at('server/obedient.mjs');
  copyFileSync(`${REPOSITORY}/fixtures/servers/obedient.mjs`, script);
  const entry = { command: 'node', args: [script], unsafe: ['unlocked'] };
  const servers = {
    masked: { ...entry, files: { write: [app], ...files } },
    bare: { ...entry, files: { write: [app], ...files, hide: [] } },
    outside: { ...entry, unsafe: ['unlocked', 'no-sandbox'] },
  };
  writeFileSync(arena.home.policy, JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers }));
  return {
    ...arena,
    in: (name) => `${app}/${name}`,
    put: (name, text) => {
      for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1))
        arena.make(`app/${name.slice(0, at)}`, 'owned');
      return giveToServers(arena.plant(`app/${name}`, text));
    },
    start: (id) => startSession(arena.home, ['run', id]),
  };
}

/** What the server says to a script: its output, or the ident of the error that the client gets in place of it. */
export async function ask(session: Session, script: string): Promise<string> {
  const id = session.messages.length + 1;
  session.send({ jsonrpc: '2.0', id, method: 'run', params: { script } });
  const answer = await vi.waitFor(
    () => {
      const found = session.messages.find((one) => isAnswer(one, id));
      if (!found) throw new Error(`no answer yet; stderr: ${session.stderr}`);
      return found;
    },
    { timeout: 20_000, interval: 10 },
  );
  return answer.error?.data.ident ?? answer.result ?? '';
}

interface Answer {
  readonly id: number;
  readonly result?: string;
  readonly error?: { readonly data: { readonly ident: string } };
}

function isAnswer(message: unknown, id: number): message is Answer {
  return typeof message === 'object' && message !== null && 'id' in message && message.id === id;
}

/** That the server is gone for a mask that it lost, and that its client is told. */
export async function expectEnded(session: Session, what: string): Promise<void> {
  expect(await ask(session, 'echo alive')).toBe('mask-lost');
  session.child.stdin.end();
  expect((await session.ended).code, session.stderr).toBe(126);
  expect(session.stderr).toContain(`error[mask-lost]: \`${what}\``);
}
