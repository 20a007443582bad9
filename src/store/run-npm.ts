import { readFileSync } from 'node:fs';
import type { Decision } from '../finding/decision.ts';
import { sha256 } from '../host/hash.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import { isWithin } from '../match/path.ts';
import type { NpmProgram } from './npm-program.ts';
import { hostOf, registriesOf, type NpmSettings } from './npm-settings.ts';
import { openWorkPlaceFor, treeOf } from './open-work-place.ts';
import { networkFor } from './registry-addresses.ts';
import { AUTHORITIES, runConfined, type ConfinedRun, type Installing } from './run-confined.ts';
import type { WorkPlace } from './work-place.ts';

/** What runs npm takes: who we are, what the build made, and which npm with which settings. */
export interface Npm extends Installing {
  readonly program: NpmProgram;
  readonly settings: NpmSettings;
}

/** Where in a work place npm has its prefix, and its files of configuration. */
export const NPM_TREE = treeOf('npm');
const NPMRC = 'npmrc';
const NO_NPMRC = 'no-npmrc';

/** With what npm reads for its configuration. */
export function openNpmWorkPlace(npm: Npm): Decision<WorkPlace> {
  return openWorkPlaceFor('npm', npm, (work) => {
    const authorities = npm.settings.replacesAuthorities ? `cafile=${work.path}/${AUTHORITIES}\n` : '';
    work.write(`${NPM_TREE}/${NPMRC}`, authorities);
    work.write(`${NPM_TREE}/${NO_NPMRC}`, '');
  });
}

export type NpmRun = ConfinedRun;

/**
 * Runs npm as a server is run: by a policy, confined, with a fresh home and environment, and no way but to the
 * registries. Of the machine it sees what every server does, itself, and two directories of the work place that it
 * writes: `tree`, and its cache. It is given no secret, and none is in its reach.
 */
export async function runNpm(words: readonly string[], work: WorkPlace, npm: Npm): Promise<Decision<NpmRun>> {
  return runConfined('npm', await policyFor(words, work, npm), work, npm);
}

/** As one would write it. JSON is YAML. */
async function policyFor(words: readonly string[], work: WorkPlace, { host, program, settings }: Npm) {
  const { proxy, ca } = settings;
  const hosts = registriesOf(settings).flatMap((address) => hostOf(address) ?? []);
  const network = (await Promise.all(hosts.map(async (one) => networkFor(one, proxy)))).flat();
  const isVisible = ['/usr/lib', '/usr/share'].some((root) => isWithin(program.root, root));
  const egress = { ...(proxy !== undefined && { proxy }), ...(ca !== '' && { ca: `${work.path}/${AUTHORITIES}` }) };
  return {
    version: 1,
    ...(Object.keys(egress).length > 0 && { egress }),
    servers: {
      npm: {
        command: host.node,
        args: [program.cli, ...words, ...optionsFor(settings, hosts)],
        sha256: sha256(readFileSync(program.cli)),
        network: [...new Set(network)],
        state: ['tree', 'cache'],
        ...(!isVisible && { files: { read: [program.root] } }),
      },
    },
  };
}

const HOME = '/home/sandbox';

/**
 * All that npm is to go by: what it finds in no file is what is written here. A name is reached by its own address in
 * the sandbox, whatever the protocol; the proxy there is for addresses.
 */
function optionsFor({ registry, scopes, waiting }: NpmSettings, hosts: readonly HostPattern[]): readonly string[] {
  return [
    `--registry=${registry}`,
    ...Object.entries(scopes).map(([scope, address]) => `--${scope}:registry=${address}`),
    ...[`--userconfig=${HOME}/tree/${NPMRC}`, `--globalconfig=${HOME}/tree/${NO_NPMRC}`],
    ...[`--prefix=${HOME}/tree`, `--cache=${HOME}/cache`, '--logs-max=0', '--loglevel=error', '--json'],
    ...['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--omit=dev', '--no-progress'],
    ...['--install-strategy=hoisted', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
    ...[`--fetch-timeout=${Math.round(waiting.seconds * 1000)}`, `--fetch-retries=${waiting.again}`],
    `--noproxy=${hosts.map(({ name }) => name).join(',')}`,
  ];
}
