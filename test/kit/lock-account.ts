import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Decision } from '../../src/finding/decision.ts';
import { sha256 } from '../../src/host/hash.ts';
import { createHost, ownAccount } from '../../src/host/host.ts';
import { manifestText } from '../../src/lock/manifest.ts';
import { fillStore } from '../../src/store/fill-store.ts';
import type { Store } from '../../src/store/places.ts';
import type { Installing } from '../../src/store/run-confined.ts';
import type { WorkPlace } from '../../src/store/work-place.ts';
import { REPOSITORY } from './command.ts';
import { makeHome, type Home } from './home.ts';

/** An account with a store of its own, and what any installation there takes; `kills` end what runs. */
export function makeLockAccount(home: Home = makeHome('version: 1\nservers: {}\n')) {
  const { directory } = home;
  chmodSync(directory, 0o755);
  const account = ownAccount();
  if (!account) throw new Error('the account of the tests has no home');
  const own = { config: `${directory}/config`, state: `${directory}/state`, data: `${directory}/data` };
  const host = createHost(account, own, process.env);
  const kills: (() => void)[] = [];
  const installing: Installing = {
    host,
    built: `${REPOSITORY}/dist`,
    onRunning: (kill) => {
      if (kill) kills.push(kill);
    },
  };
  return { home, directory, host, kills, installing };
}

/** Does something in a work place that is removed then. */
export async function inWorkPlace<Answer>(
  work: Decision<WorkPlace>,
  act: (work: WorkPlace) => Promise<Answer>,
): Promise<Answer> {
  if (!work.allowed) throw new Error('there is no work place');
  try {
    return await act(work.granted);
  } finally {
    work.granted.remove();
  }
}

/** Puts these files into a store of a home, as an installation that made them would. */
export function putIntoStore(
  { directory }: Home,
  storeIn: (directories: { data: string; state: string }) => Store,
  files: Readonly<Record<string, string>>,
  below: string[],
): { readonly tree: string; readonly manifest: string } {
  const source = join(directory, 'made');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), text);
  }
  const store = storeIn({ data: `${directory}/data`, state: `${directory}/state` });
  const filled = fillStore(source, store, process.getuid?.() ?? 0, below);
  if ('fault' in filled) throw new Error(filled.fault);
  return { tree: filled.tree, manifest: sha256(manifestText(filled.items)) };
}
