import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { confine } from '../confine/confine.ts';
import { NO_VALUES } from '../confine/environment.ts';
import { maskOptions } from '../confine/mask-options.ts';
import { joinNetwork } from '../egress/join-network.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { createHost } from '../host/host.ts';
import { sha256 } from '../host/hash.ts';
import { masksHere } from '../host/masks-here.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import { isWithin } from '../match/path.ts';
import { grantHosts } from '../plan/grant-hosts.ts';
import type { Host } from '../plan/host.ts';
import { NO_ENGINES } from '../plan/matching.ts';
import { resolve } from '../plan/resolve.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { enterIn, helperIn } from '../relay/helper.ts';
import { launch, type Running } from '../relay/launch.ts';
import { watchMasks } from '../relay/watch-masks.ts';
import type { NpmProgram } from './npm-program.ts';
import { hostOf, registriesOf, type NpmSettings } from './npm-settings.ts';
import { networkFor } from './registry-addresses.ts';
import type { WorkPlace } from './work-place.ts';

/** What runs npm takes: who we are, what the build made, and which npm with which settings. */
export interface Npm {
  readonly host: Host;
  readonly built: string;
  readonly program: NpmProgram;
  readonly settings: NpmSettings;
  /** Called with what ends npm, and with undefined when it has ended. */
  readonly onRunning: (kill: (() => void) | undefined) => void;
}

export interface NpmRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isTooLong: boolean;
  readonly out: string;
  readonly err: string;
  /** What its way to the network refused it. */
  readonly refused: readonly string[];
}

/**
 * Runs npm as a server is run: by a policy, confined, with a fresh home and environment, and no way but to the
 * registries. Of the machine it sees what every server does, itself, and two directories of the work place that it
 * writes: `tree`, and its cache. It is given no secret, and none is in its reach.
 */
export async function runNpm(words: readonly string[], work: WorkPlace, npm: Npm): Promise<Decision<NpmRun>> {
  const { host, built } = npm;
  const text = JSON.stringify(await policyFor(words, work, npm));
  const parsed = await compileLayer('user', [{ file: 'a policy of lock’s own', text }]);
  if (!parsed.allowed) return parsed;
  const own = { config: `${work.path}/own/config`, state: `${work.path}/own/state`, data: work.path };
  const inner = createHost(host.account, own, {});
  const request = { kind: 'server', id: 'npm', args: [] } as const;
  const engines = { ...NO_ENGINES, grantHosts, masks: () => masksHere };
  const plan = resolve(request, { layers: [parsed.granted.layer] }, inner, engines);
  if (!plan.allowed) return plan;

  const { network, program } = plan.granted;
  const enter = await enterIn(built, async () => import('../confine/enter-by-shell.ts'));
  const spawned = confine(plan.granted, NO_VALUES, enter, masks);
  const refused: string[] = [];
  const running = await launch(
    spawned,
    built,
    () => import('../relay/diagnosis.ts'),
    masks,
    async (pid) =>
      network.mode === 'hosts'
        ? joinNetwork(network, { server: 'npm', pid, account: spawned.account, program }, helperIn(built), (line) => {
            refused.push(line);
          })
        : undefined,
  );
  return running.allowed ? allow({ ...(await whenEnded(running.granted, npm)), refused }) : deny(...running.findings);
}

const masks = () => ({ maskOptions, watchMasks });

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

/** Where {@link NpmSettings.ca} is put in a work place. */
export const AUTHORITIES = 'authorities.pem';

const HOME = '/home/sandbox';

/**
 * All that npm is to go by: what it finds in no file is what is written here. A name is reached by its own address in
 * the sandbox, whatever the protocol; the proxy there is for addresses.
 */
function optionsFor({ registry, scopes }: NpmSettings, hosts: readonly HostPattern[]): readonly string[] {
  return [
    `--registry=${registry}`,
    ...Object.entries(scopes).map(([scope, address]) => `--${scope}:registry=${address}`),
    ...[`--userconfig=${HOME}/tree/${NPMRC}`, `--globalconfig=${HOME}/tree/${NO_NPMRC}`],
    ...[`--prefix=${HOME}/tree`, `--cache=${HOME}/cache`, '--logs-max=0', '--loglevel=error', '--json'],
    ...['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--omit=dev', '--no-progress'],
    ...['--install-strategy=hoisted', '--fetch-retries=2', '--fetch-retry-mintimeout=1000'],
    ...[
      '--fetch-retry-maxtimeout=5000',
      '--fetch-timeout=30000',
      `--noproxy=${hosts.map(({ name }) => name).join(',')}`,
    ],
  ];
}

/** Its files of configuration, in `tree`. */
export const NPMRC = 'npmrc';
export const NO_NPMRC = 'no-npmrc';

async function whenEnded(running: Running, { onRunning }: Npm): Promise<Omit<NpmRun, 'refused'>> {
  const { stdin, stdout, stderr, ended } = running;
  let isTooLong = false;
  onRunning(() => running.kill());
  const timer = setTimeout(() => {
    isTooLong = true;
    running.kill();
  }, PATIENCE);
  stdin.on('error', () => {}); // it is gone already: its end says how
  stdin.end();
  const [out, err, { code, signal }] = await Promise.all([readUpTo(stdout), readUpTo(stderr), ended]);
  clearTimeout(timer);
  onRunning(undefined);
  return { code, signal, isTooLong, out, err };
}

/** Milliseconds. A tree of a thousand packages takes some 60 seconds on a slow line. */
const PATIENCE = 15 * 60_000;

/** What is beyond that is read and dropped. */
async function readUpTo(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    if (length < MAX_OUTPUT) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_OUTPUT);
}

const MAX_OUTPUT = 64 * 1024 * 1024;
