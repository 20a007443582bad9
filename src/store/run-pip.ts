import type { Decision } from '../finding/decision.ts';
import { sha256 } from '../host/hash.ts';
import type { Python } from '../plan/locate-python.ts';
import { hostOf } from './npm-settings.ts';
import { INDEX_ASKER } from './index-asker.ts';
import { CACHE, PIP_DRIVER, TREE } from './pip-driver.ts';
import type { PipSettings } from './pip-settings.ts';
import { openWorkPlaceFor, treeOf } from './open-work-place.ts';
import { networkFor } from './registry-addresses.ts';
import { AUTHORITIES, runConfined, type ConfinedRun, type Installing } from './run-confined.ts';
import type { WorkPlace } from './work-place.ts';

/** What runs pip takes: who we are, what the build made, and which Python with which settings. */
export interface Pip extends Installing {
  readonly python: Python;
  readonly settings: PipSettings;
}

/** Where in a work place is what pip sees as {@link TREE}. */
export const PIP_TREE = treeOf('pip');

/** With the programs that start pip and ask its index. */
export function openPipWorkPlace(pip: Pip): Decision<WorkPlace> {
  return openWorkPlaceFor('pip', pip, (work) => {
    for (const { file, text } of [DRIVER, ASKER]) work.show(file, text);
  });
}

const DRIVER = { file: 'start-pip.py', text: PIP_DRIVER };
const ASKER = { file: 'ask-index.py', text: INDEX_ASKER };

/** Runs pip. */
export async function runPip(words: readonly string[], work: WorkPlace, pip: Pip): Promise<Decision<ConfinedRun>> {
  const { index, ca, waiting } = pip.settings;
  const trust = ca === '' ? [] : [`--cert=${work.path}/${AUTHORITIES}`];
  const patience = [`--timeout=${waiting.seconds}`, `--retries=${waiting.again}`];
  return runPython(DRIVER, [...words, ...OPTIONS, ...patience, `--index-url=${index}`, ...trust], work, pip);
}

/** Asks the index what it lists of a package, by the way of pip. */
export async function runAsker(name: string, work: WorkPlace, pip: Pip): Promise<Decision<ConfinedRun>> {
  const { index, ca, waiting } = pip.settings;
  const trust = ca === '' ? [] : [`${work.path}/${AUTHORITIES}`];
  return runPython(ASKER, [index, name, String(waiting.seconds), String(waiting.again), ...trust], work, pip);
}

/**
 * Runs a program of ours as a server is run: by a policy, confined, with a fresh home and environment, and no way but to
 * the index. Of the machine it sees what every server does, the Python that it belongs to, and two directories of the work
 * place that it writes: `tree`, and pip's cache. It is given no secret, and none is in its reach.
 */
async function runPython(
  { file, text }: typeof DRIVER,
  words: readonly string[],
  work: WorkPlace,
  pip: Pip,
): Promise<Decision<ConfinedRun>> {
  const { settings, python } = pip;
  const { proxy, ca } = settings;
  const hosts = [settings.index, ...settings.files].flatMap((address) => hostOf(address) ?? []);
  const network = (await Promise.all(hosts.map(async (one) => networkFor(one, proxy)))).flat();
  const egress = { ...(proxy !== undefined && { proxy }), ...(ca !== '' && { ca: `${work.path}/${AUTHORITIES}` }) };
  const policy = {
    version: 1,
    ...(Object.keys(egress).length > 0 && { egress }),
    servers: {
      pip: {
        command: python.real,
        args: [`${work.path}/${file}`, ...words],
        sha256: sha256(text),
        network: [...new Set(network)],
        state: ['tree', 'cache'],
      },
    },
  };
  return runConfined('pip', policy, work, pip);
}

/** All that pip is to go by. Wheels only: of a source distribution, code would run to make one. */
const OPTIONS = [
  ...['--isolated', '--no-input', '--only-binary=:all:', '--disable-pip-version-check', '--no-color'],
  ...['--no-warn-script-location', '--progress-bar=off', '--no-compile'],
  ...[`--cache-dir=${CACHE}`, `--log=${TREE}/log`],
];
