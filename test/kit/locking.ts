import type { LockedPackage } from '../../src/lock/lock.ts';
import { WAITING } from '../../src/lock/waiting.ts';
import { installPackage } from '../../src/store/install.ts';
import { findNpm, type NpmProgram } from '../../src/store/npm-program.ts';
import { storeIn } from '../../src/store/places.ts';
import { openNpmWorkPlace, runNpm, type Npm } from '../../src/store/run-npm.ts';
import { inWorkPlace, makeLockAccount } from './lock-account.ts';
import type { Registry } from './registry.ts';
import { verdictOf } from './verdict-of.ts';

/** An account with a store of its own, and a way to a registry. */
export function makeLocking(registry: Pick<Registry, 'address' | 'ca'>, program?: NpmProgram) {
  const { home, directory, host, kills, installing } = makeLockAccount();
  const npmHere = program ?? findNpm(host.node, ['/usr/local/bin', '/usr/bin']);
  if (!npmHere) throw new Error('there is no npm');
  const npm: Npm = {
    ...installing,
    program: npmHere,
    settings: {
      registry: registry.address,
      scopes: {},
      proxy: undefined,
      ca: registry.ca,
      replacesAuthorities: true,
      signedIn: [],
      waiting: WAITING,
    },
  };
  const store = storeIn(host.directories);
  const install = async (name: string, version: string, locked?: LockedPackage, waiting = WAITING) =>
    inWorkPlace(openNpmWorkPlace(npm), async (work) =>
      installPackage({ name, version }, locked, work, store, { ...npm, settings: { ...npm.settings, waiting } }),
    );
  const run = async (words: readonly string[]) =>
    inWorkPlace(openNpmWorkPlace(npm), async (work) => runNpm(words, work, npm));
  return { home, directory, host, store, npm, kills, install, run, says: verdictOf };
}
