import { chmodSync } from 'node:fs';
import { createHost, ownAccount } from '../../src/host/host.ts';
import type { LockedPackage } from '../../src/lock/lock.ts';
import { locatePython, type Python } from '../../src/plan/locate-python.ts';
import { installPython, openPipWorkPlace } from '../../src/store/install-python.ts';
import { pythonStoreIn } from '../../src/store/places.ts';
import { runPip, type Pip } from '../../src/store/run-pip.ts';
import { REPOSITORY } from './command.ts';
import { makeHome, type Home } from './home.ts';
import type { PythonIndex } from './python-index.ts';
import { verdictOf } from './verdict-of.ts';

/** The Python of the system, which has pip. */
export const PYTHON_PATH = ['/usr/bin', '/bin'];

/** An account with a store of its own, and a way to an index. */
export function makePythonLocking(
  index: Pick<PythonIndex, 'address' | 'ca'>,
  { home = makeHome('version: 1\nservers: {}\n'), python }: { home?: Home; python?: Python } = {},
) {
  const { directory } = home;
  chmodSync(directory, 0o755);
  const account = ownAccount();
  const own = { config: `${directory}/config`, state: `${directory}/state`, data: `${directory}/data` };
  if (!account) throw new Error('the account of the tests has no home');
  const host = createHost(account, own, process.env);
  const here = python ?? pythonHere();
  const kills: (() => void)[] = [];
  const pip: Pip = {
    host,
    built: `${REPOSITORY}/dist`,
    python: here,
    settings: { index: index.address, files: [], proxy: undefined, ca: index.ca },
    onRunning: (kill) => {
      if (kill) kills.push(kill);
    },
  };
  const store = pythonStoreIn(own);
  const inWorkPlace = async <Answer>(act: (work: Parameters<typeof runPip>[1]) => Promise<Answer>): Promise<Answer> => {
    const work = openPipWorkPlace(pip);
    if (!work.allowed) throw new Error('there is no work place');
    try {
      return await act(work.granted);
    } finally {
      work.granted.remove();
    }
  };
  const install = async (name: string, version: string, locked?: LockedPackage) =>
    inWorkPlace(async (work) => installPython({ name, version }, locked, work, store, pip));
  const run = async (words: readonly string[]) => inWorkPlace(async (work) => runPip(words, work, pip));
  return { directory, host, store, kills, install, run, python: here, says: verdictOf };
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
