import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientEnv, msr } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';
import { makeHome, makeStandingHome, type Home } from '../kit/home.ts';
import { withoutNetwork } from '../kit/no-network.ts';
import { CLIENTS, throughUs, type ClientName } from '../kit/sdk-client.ts';

/** Packages as they are published, locked from the registry that npm is set up for, and then started without a network. */

interface Server {
  readonly identity: string;
  readonly entry: string;
  /** Of a slot. */
  readonly given?: readonly string[];
  readonly clients: readonly ClientName[];
  /** A tool that it has. */
  readonly tool: string;
  readonly call?: readonly [args: Record<string, unknown>, says: string];
}

const FIRST = 'the first SDK';
const SECOND = 'the second SDK';
const PINNED = 'the second SDK, pinned to 2026-07-28,';

const SERVERS: Readonly<Record<string, Server>> = {
  memory: {
    identity: '@modelcontextprotocol/server-memory@2026.8.31',
    entry: 'npm:@modelcontextprotocol/server-memory@2026.8.31',
    clients: [FIRST, SECOND],
    tool: 'read_graph',
    call: [{}, 'entities'],
  },
  everything: {
    identity: '@modelcontextprotocol/server-everything@2026.8.31',
    entry: '{ command: npx, args: [-y, "@modelcontextprotocol/server-everything@2026.8.31", stdio] }',
    clients: [FIRST, SECOND],
    tool: 'echo',
    call: [{ message: 'from the lock' }, 'from the lock'],
  },
  files: {
    identity: '@modelcontextprotocol/server-filesystem@2026.8.31',
    entry: `{ command: "npm:@modelcontextprotocol/server-filesystem@2026.8.31", args: [{ path: read }], files: { read: [/usr/include] } }`,
    given: ['/usr/include/linux'],
    clients: [FIRST],
    tool: 'list_directory',
    call: [{ path: '/usr/include/linux' }, 'netlink.h'],
  },
  // Of both eras.
  docs: {
    identity: '@upstash/context7-mcp@4.1.1',
    entry: 'npm:@upstash/context7-mcp@4.1.1',
    clients: [FIRST, PINNED],
    tool: 'query-docs',
  },
  // Of few packages, and large.
  browser: {
    identity: '@playwright/mcp@0.0.83',
    entry: 'npm:@playwright/mcp@0.0.83',
    clients: [FIRST],
    tool: 'browser_close',
  },
  // With native parts, of which npm chooses those of this machine; one of its packages has an install script.
  fetch: {
    identity: '@kazuph/mcp-fetch@1.6.3',
    entry: 'npm:@kazuph/mcp-fetch@1.6.3',
    clients: [FIRST],
    tool: 'imageFetch',
  },
};

const homes = new Map<string, Home>();
const homeOf = (id: string): Home => homes.get(id) ?? makeHome('');

beforeAll(async () => {
  const ids = Object.keys(SERVERS);
  for (const [id, { entry }] of Object.entries(SERVERS)) {
    const policy = `version: 1\nservers:\n  ${id}: ${entry}\nprogramPath: ${JSON.stringify(PROGRAM_PATH)}\n`;
    const home = makeStandingHome(policy);
    chmodSync(home.directory, 0o755);
    homes.set(id, home);
  }
  const locked = await Promise.all(ids.map(async (id) => msr(homeOf(id), ['lock'])));
  for (const [index, { exitCode, stderr }] of locked.entries()) expect([ids[index], exitCode, stderr]).toContain(0);
  return () => {
    for (const { directory } of homes.values()) rmSync(directory, { recursive: true, force: true });
  };
}, 400_000);

describe.each(Object.entries(SERVERS))('%s', (id, { identity, given = [], clients, tool, call }) => {
  test('npx cannot start it there, with nothing in its cache', { timeout: 60_000 }, async () => {
    const { directory } = makeHome('');
    mkdirSync(`${directory}/cache`);
    const env = { PATH: process.env.PATH ?? '', HOME: directory, npm_config_cache: `${directory}/cache` };
    const plain = { command: 'npx', args: ['-y', identity], env: { ...env, npm_config_fetch_retries: '0' } };
    const { command, args, env: own } = withoutNetwork(plain);
    const { exitCode, stderr } = await execa(command, args, {
      env: own,
      extendEnv: false,
      reject: false,
      input: '',
      cwd: directory,
    });
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED/);
  });

  test.each(clients)('%s talks to it, from the lock', { timeout: 60_000 }, async (name) => {
    const through = throughUs(homeOf(id), id);
    const args = given.length > 0 ? [...through.args, '--', ...given] : through.args;
    const client = CLIENTS[name](withoutNetwork({ ...through, args }));
    await client.connect();
    expect(client.era).toBe(name === PINNED ? 'modern' : 'legacy');
    expect((await client.listTools()).map((one) => one.name)).toContain(tool);
    if (call) expect(await client.call(tool, call[0])).toContain(call[1]);
    expect(client.errors).toEqual([]);
    await client.close();
  });
});

test('the line that a client had, `npx -y …`, starts the same', { timeout: 60_000 }, async () => {
  const through = throughUs(homeOf('everything'), 'everything');
  const [command = ''] = through.args;
  const line = ['npx', '-y', '@modelcontextprotocol/server-everything@2026.8.31', 'stdio'];
  const client = CLIENTS[FIRST](withoutNetwork({ ...through, args: [command, 'run', '--', ...line] }));
  await client.connect();
  expect(await client.call('echo', { message: 'unwrapped' })).toContain('unwrapped');
  await client.close();
});

test('what `check` says of it, without a network: that it starts, and in words what was not run', async () => {
  const { command, args, env } = withoutNetwork({ ...throughUs(homeOf('fetch'), ''), env: clientEnv(homeOf('fetch')) });
  const words = [...args.slice(0, -2), 'check', '--deep'];
  const { exitCode, stderr } = await execa(command, words, { env, extendEnv: false, reject: false });
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('error')]);
});
