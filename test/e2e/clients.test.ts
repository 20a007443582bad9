import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REPOSITORY } from '../kit/command.ts';
import { fixtureServer, NPM_SERVERS, npmServer, policyOf } from '../kit/fixture-server.ts';
import { makeHome } from '../kit/home.ts';
import { processesWith, stillRunning, treeOf } from '../kit/processes.js';
import { CLIENTS, failureOf, throughUs, type ClientName, type SdkClient, type Start } from '../kit/sdk-client.ts';

const NAMES = Object.keys(CLIENTS) as ClientName[];
const PINNED = 'the second SDK, pinned to 2026-07-28,';
const MODULES = `${REPOSITORY}/node_modules`;

interface Place {
  readonly marker: string;
  /** A directory that the server may write, on the machine and in the sandbox alike. */
  readonly shared: string;
}

interface Server {
  readonly entry: string;
  readonly isDualEra: boolean;
  /** Its arguments: the marker is among them, to find its processes by. */
  readonly args: (place: Place) => string[];
  readonly policy: (place: Place) => Record<string, unknown>;
  readonly env: (place: Place) => Record<string, string>;
  /** Calls a tool or two, and looks at what comes of it. */
  readonly use: (client: SdkClient, place: Place) => Promise<void>;
}

const SERVERS: Record<string, Server> = {
  'server-everything': {
    entry: NPM_SERVERS.everything,
    isDualEra: false,
    args: ({ marker }) => ['stdio', marker],
    policy: () => ({}),
    env: () => ({}),
    use: async (client) => {
      expect(await client.call('echo', { message: 'héllo \u2028 \u{1f600}' })).toBe('Echo: héllo \u2028 \u{1f600}');
      await cancelLongOperation(client);
    },
  },
  'server-filesystem': {
    entry: NPM_SERVERS.filesystem,
    isDualEra: false,
    args: ({ shared }) => [shared],
    policy: ({ shared }) => ({ files: { read: [MODULES], write: [shared] } }),
    env: () => ({}),
    use: async (client, { shared }) => {
      await client.call('write_file', { path: join(shared, 'note.txt'), content: 'written inside' });
      expect(readFileSync(join(shared, 'note.txt'), 'utf8')).toBe('written inside');
      expect(await client.call('read_text_file', { path: join(shared, 'note.txt') })).toBe('written inside');
      expect(await client.call('read_text_file', { path: '/etc/passwd' })).toContain('denied');
    },
  },
  'server-memory': {
    entry: NPM_SERVERS.memory,
    isDualEra: false,
    args: ({ marker }) => [marker],
    policy: () => ({ env: { MEMORY_FILE_PATH: '/home/sandbox/work/memory.jsonl' } }),
    env: ({ shared }) => ({ MEMORY_FILE_PATH: join(shared, 'memory.jsonl') }),
    use: async (client) => {
      const entities = [{ name: 'Ada', entityType: 'person', observations: ['counts'] }];
      await client.call('create_entities', { entities });
      expect(JSON.parse(await client.call('read_graph'))).toEqual({ entities, relations: [] });
    },
  },
  'context7-mcp': {
    entry: NPM_SERVERS.context7,
    isDualEra: true,
    args: ({ marker }) => ['--api-key', marker],
    policy: () => ({}),
    env: () => ({}),
    use: async (client) => {
      const said = await client.call('resolve-library-id', { query: 'state', libraryName: 'react' });
      expect(said).toBe('Error searching libraries: TypeError: fetch failed'); // there is no network inside
    },
  },
};

describe.each(Object.entries(SERVERS))('%s', (_server, server) => {
  const working = NAMES.filter((name) => server.isDualEra || name !== PINNED);

  test.each(working)('%s lists the same tools as without us, calls them, and leaves nothing', async (name) => {
    const { place, through, direct } = prepare(server);
    const [client, compared] = [CLIENTS[name](through), CLIENTS[name](direct)];
    await Promise.all([client.connect(), compared.connect()]);
    expect(client.era).toBe(compared.era);
    expect(await client.listTools()).toEqual(await compared.listTools());
    await compared.close();
    await server.use(client, place);
    // Of what was cancelled, a server may go on to tell the progress.
    expect(client.errors.filter(({ message }) => !message.includes('progress notification'))).toEqual([]);

    const tree = treeOf(client.pid);
    expect(tree.length).toBeGreaterThan(2); // launcher, sandbox, server
    await client.close();
    await expect.poll(() => stillRunning(tree), { timeout: 2000 }).toEqual([]);
    expect(processesWith(place.marker)).toEqual([]); // nor what only asked for the era
  });

  test.each(working)('%s can end it by SIGTERM, within 2 s', async (name) => {
    const { place, through } = prepare(server);
    const client = CLIENTS[name](through);
    await client.connect();
    const tree = treeOf(client.pid);
    process.kill(client.pid, 'SIGTERM');
    await expect.poll(() => stillRunning(tree), { timeout: 2000 }).toEqual([]);
    expect(processesWith(place.marker)).toEqual([]);
  });
});

test.each(Object.entries(SERVERS).filter(([, { isDualEra }]) => !isDualEra))(
  '%s fails a client that is pinned to the other era, as it does without us',
  async (_server, server) => {
    const { place, through, direct } = prepare(server);
    const [ours, theirs] = await Promise.all([through, direct].map((start) => failureOf(CLIENTS[PINNED](start))));
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ code: 'ERA_NEGOTIATION_FAILED' });
    await expect.poll(() => processesWith(place.marker), { timeout: 2000 }).toEqual([]);
  },
);

describe.each([
  ['legacy.mjs', ['legacy', 'legacy', 'legacy', undefined]],
  ['dual-era.mjs', ['legacy', 'legacy', 'modern', 'modern']],
] as const)('a server that asks and can be cancelled, %s', (file, eras) => {
  const rows = NAMES.flatMap((name, index) => {
    const era = eras[index];
    return era === undefined ? [] : [[name, era] as const];
  });

  test.each(rows)('%s speaks %s to it: asked, told of progress, and obeyed', async (name, era) => {
    const id = `m-${randomUUID()}`;
    const home = makeHome(policyOf(fixtureServer(id, file, { files: { read: [MODULES] } })));
    const client = CLIENTS[name](throughUs(home, id));
    await client.connect();
    expect(client.era).toBe(era);
    expect(await client.call('greet')).toBe('hello Ada');

    const cancel = new AbortController();
    const seen: number[] = [];
    const waiting = client.call(
      'wait',
      {},
      {
        signal: cancel.signal,
        onprogress: ({ progress }) => {
          seen.push(progress);
          if (progress === 3) cancel.abort('enough');
        },
      },
    );
    await expect(waiting).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2, 3]);
    await expect.poll(() => client.call('cancelled'), { timeout: 5000 }).toBe('wait');
  });
});

function prepare(server: Server): { place: Place; through: Start; direct: Start } {
  const marker = `m-${randomUUID()}`;
  const shared = join(realpathSync(tmpdir()), marker);
  mkdirSync(shared);
  chmodSync(shared, 0o777); // started as root, the server runs as another account
  onTestFinished(() => rmSync(shared, { recursive: true, force: true }));

  const place = { marker, shared };
  const home = makeHome(policyOf(npmServer(marker, server.entry, server.args(place), server.policy(place))));
  const args = [join(MODULES, server.entry), ...server.args(place)];
  return {
    place,
    through: throughUs(home, marker),
    direct: { command: process.execPath, args, env: { PATH: process.env.PATH ?? '', ...server.env(place) } },
  };
}

/** A cancelled operation of one second gives no answer: not by the time at which a longer one, started later, ends. */
async function cancelLongOperation(client: SdkClient): Promise<void> {
  const cancel = new AbortController();
  const cancelled = client.call(
    'trigger-long-running-operation',
    { duration: 1, steps: 4 },
    {
      signal: cancel.signal,
      onprogress: () => cancel.abort('changed my mind'),
    },
  );
  await expect(cancelled).rejects.toThrow('changed my mind');
  expect(await client.call('trigger-long-running-operation', { duration: 1, steps: 1 })).toContain('completed');
}
