import { chmodSync } from 'node:fs';
import { createHost, ownAccount } from '../../src/host/host.ts';
import type { LockedPackage } from '../../src/lock/lock.ts';
import { installPackage, openWorkPlace } from '../../src/store/install.ts';
import { findNpm, type NpmProgram } from '../../src/store/npm-program.ts';
import { storeIn } from '../../src/store/places.ts';
import { runNpm, type Npm } from '../../src/store/run-npm.ts';
import { REPOSITORY } from './command.ts';
import { makeHome } from './home.ts';
import type { Registry } from './registry.ts';
import { verdictOf } from './verdict-of.ts';

/** An account with a store of its own, and a way to a registry. */
export function makeLocking(registry: Pick<Registry, 'address' | 'ca'>, program?: NpmProgram) {
  const home = makeHome('version: 1\nservers: {}\n');
  const { directory } = home;
  chmodSync(directory, 0o755);
  const account = ownAccount();
  const own = { config: `${directory}/config`, state: `${directory}/state`, data: `${directory}/data` };
  if (!account) throw new Error('the account of the tests has no home');
  const host = createHost(account, own, process.env);
  const npmHere = program ?? findNpm(host.node, ['/usr/local/bin', '/usr/bin']);
  if (!npmHere) throw new Error('there is no npm');
  const kills: (() => void)[] = [];
  const npm: Npm = {
    host,
    built: `${REPOSITORY}/dist`,
    program: npmHere,
    settings: {
      registry: registry.address,
      scopes: {},
      proxy: undefined,
      ca: registry.ca,
      replacesAuthorities: true,
      signedIn: [],
    },
    onRunning: (kill) => {
      if (kill) kills.push(kill);
    },
  };
  const store = storeIn(own);
  const install = async (name: string, version: string, locked?: LockedPackage) => {
    const work = openWorkPlace(npm);
    if (!work.allowed) throw new Error('there is no work place');
    try {
      return await installPackage({ name, version }, locked, work.granted, store, npm);
    } finally {
      work.granted.remove();
    }
  };
  const run = async (words: readonly string[]) => {
    const work = openWorkPlace(npm);
    if (!work.allowed) throw new Error('there is no work place');
    try {
      return await runNpm(words, work.granted, npm);
    } finally {
      work.granted.remove();
    }
  };
  return { home, directory, host, store, npm, kills, install, run, says: verdictOf };
}
