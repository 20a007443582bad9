import type { Readable } from 'node:stream';
import { confine } from '../confine/confine.ts';
import { NO_VALUES } from '../confine/environment.ts';
import { maskOptions } from '../confine/mask-options.ts';
import { joinNetwork } from '../egress/join-network.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { createHost } from '../host/host.ts';
import { masksHere } from '../host/masks-here.ts';
import { grantHosts } from '../plan/grant-hosts.ts';
import type { Host } from '../plan/host.ts';
import { NO_ENGINES } from '../plan/matching.ts';
import { resolve } from '../plan/resolve.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { enterIn, helperIn } from '../relay/helper.ts';
import { launch, type Running } from '../relay/launch.ts';
import { watchMasks } from '../relay/watch-masks.ts';
import type { WorkPlace } from './work-place.ts';

/** What any package manager takes to run: who we are, what the build made, and who is to know that it runs. */
export interface Installing {
  readonly host: Host;
  readonly built: string;
  /** Called with what ends it, and with undefined when it has ended. */
  readonly onRunning: (kill: (() => void) | undefined) => void;
}

export interface ConfinedRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isTooLong: boolean;
  /** Seconds. */
  readonly took: number;
  readonly out: string;
  readonly err: string;
  /** What its way to the network refused it. */
  readonly refused: readonly string[];
}

/** Where certificates are put in a work place. */
export const AUTHORITIES = 'authorities.pem';

/** Runs the one server of a policy of our own, as any server is run, to its end; its state lies in the work place. */
export async function runConfined(
  id: string,
  policy: object,
  work: WorkPlace,
  installing: Installing,
): Promise<Decision<ConfinedRun>> {
  const { host, built } = installing;
  // JSON is YAML.
  const parsed = await compileLayer('user', [{ file: 'a policy of lock’s own', text: JSON.stringify(policy) }]);
  if (!parsed.allowed) return parsed;
  const own = { config: `${work.path}/own/config`, state: `${work.path}/own/state`, data: work.path };
  const inner = createHost(host.account, own, {});
  const request = { kind: 'server', id, args: [] } as const;
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
    (bubblewrap) => {
      const joining =
        network.mode === 'hosts'
          ? joinNetwork(
              network,
              { server: id, bubblewrap, account: spawned.account, program },
              helperIn(built),
              (line) => void refused.push(line),
              async () => import('../egress/serve-hosts.ts'),
            )
          : undefined;
      return async () => joining;
    },
  );
  return running.allowed
    ? allow({ ...(await whenEnded(running.granted, installing)), refused })
    : deny(...running.findings);
}

const masks = () => ({ maskOptions, watchMasks });

async function whenEnded(running: Running, { onRunning }: Installing): Promise<Omit<ConfinedRun, 'refused'>> {
  const { stdin, stdout, stderr, ended } = running;
  const since = performance.now();
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
  return { code, signal, isTooLong, took: (performance.now() - since) / 1000, out, err };
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
