import { createHost, ownAccount } from '../../src/host/host.ts';
import type { LockedPackage } from '../../src/lock/lock.ts';
import { WAITING, type Waiting } from '../../src/lock/waiting.ts';
import { locatePython, type Python } from '../../src/plan/locate-python.ts';
import { installPython } from '../../src/store/install-python.ts';
import { pythonStoreIn } from '../../src/store/places.ts';
import { openPipWorkPlace, runPip, type Pip } from '../../src/store/run-pip.ts';
import type { Home } from './home.ts';
import { inWorkPlace, makeLockAccount } from './lock-account.ts';
import type { PythonIndex } from './python-index.ts';
import { verdictOf } from './verdict-of.ts';

/** The Python of the system, which has pip. */
export const PYTHON_PATH = ['/usr/bin', '/bin'];

/** An account with a store of its own, and a way to an index. */
export function makePythonLocking(
  index: Pick<PythonIndex, 'address' | 'ca'>,
  { home, python = pythonHere() }: { home?: Home; python?: Python } = {},
) {
  const { home: made, directory, host, kills, installing } = makeLockAccount(home);
  const pip: Pip = {
    ...installing,
    python,
    settings: { index: index.address, files: [], proxy: undefined, ca: index.ca, waiting: WAITING },
  };
  const store = pythonStoreIn(host.directories);
  const install = async (name: string, version: string, locked?: LockedPackage, waiting: Waiting = WAITING) =>
    inWorkPlace(openPipWorkPlace(pip), async (work) =>
      installPython({ name, version }, locked, work, store, { ...pip, settings: { ...pip.settings, waiting } }),
    );
  const run = async (words: readonly string[]) =>
    inWorkPlace(openPipWorkPlace(pip), async (work) => runPip(words, work, pip));
  return { directory, home: made, host, pip, store, kills, install, run, python, says: verdictOf };
}

/** As a policy's `programPath` of {@link PYTHON_PATH} finds it. */
export function pythonHere(): Python {
  const account = ownAccount();
  const nowhere = { config: '/nowhere', state: '/nowhere', data: '/nowhere' };
  const at = { file: '', line: 1, column: 1, length: 1 };
  const layer = { programPath: PYTHON_PATH.map((value) => ({ value, at })) };
  const found = account && locatePython(layer, createHost(account, nowhere, {}));
  if (!found) throw new Error('there is no python3 in /usr/bin');
  return found;
}
