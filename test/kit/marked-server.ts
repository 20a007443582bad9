import { randomUUID } from 'node:crypto';
import { REPOSITORY } from './command.ts';
import { fixtureServer, policyOf } from './fixture-server.ts';
import { makeHome, type Home } from './home.ts';
import { processesWith, type Process } from './processes.js';

/**
 * A home with one server of `fixtures/servers`. Its id is nowhere else on this machine, and is on the command line of
 * the launcher; as its last argument it is on that of the sandbox and the server too.
 */
export function markedServer(
  file: string,
  args: readonly string[] = [],
  more: Record<string, unknown> = {},
): { home: Home; marker: string } {
  const marker = `m-${randomUUID()}`;
  const all = [`${REPOSITORY}/fixtures/servers/${file}`, ...args, marker];
  return { home: makeHome(policyOf(fixtureServer(marker, file, { args: all, ...more }))), marker };
}

/** The process that runs such a server, once it is that: no launcher, and no step of the way to it. */
export function serverProcess(marker: string): Process | undefined {
  return processesWith(marker).find(({ argv }) => SERVER.test(argv) && argv.endsWith(marker));
}

const SERVER = /^\S+\/node \S+\/fixtures\/servers\//;
