import { text } from 'node:stream/consumers';
import { confine } from '../confine/confine.ts';
import { NO_VALUES } from '../confine/environment.ts';
import { prepareLandlock } from '../confine/landlock.ts';
import { prepareSeatbelt } from '../confine/seatbelt/seatbelt.ts';
import type { Decision } from '../finding/decision.ts';
import { maskOptions } from '../confine/mask-options.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { threadsOf } from '../host/threads-of.ts';
import type { Host } from '../plan/host.ts';
import { LANDLOCK } from '../plan/landlock-layout.ts';
import { MACOS } from '../plan/macos-layout.ts';
import { NO_ENGINES } from '../plan/matching.ts';
import type { Plan } from '../plan/plan.ts';
import { resolve } from '../plan/resolve.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { enterIn } from '../relay/helper.ts';
import { launchInPrivate, launchPrivately } from '../relay/launch-privately.ts';
import { launch, type Running } from '../relay/launch.ts';
import { watchMasks } from '../relay/watch-masks.ts';

/**
 * Builds a whole sandbox by the way that `run` takes, from a policy to a process, and runs `true` in it: what `run`
 * would refuse with, or nothing. The policy is a constant, for one of yours that is broken must not be in the way.
 */
export async function trial(host: Host, built: string, unsafe?: 'landlock-only'): Promise<readonly Finding[]> {
  const parsed = await compileLayer('user', [{ file: 'a policy of doctor’s own', text: policyFor(host, unsafe) }]);
  if (!parsed.allowed) return parsed.findings;
  const request = { kind: 'server', id: 'your-server', args: [] } as const;
  const plan = resolve(request, { layers: [parsed.granted.layer] }, host, {
    ...NO_ENGINES,
    macos: MACOS,
    landlock: () => ({ LANDLOCK }),
  });
  if (!plan.allowed) return plan.findings;

  const server = await start(plan.granted, built);
  return server.allowed ? whenEnded(server.granted) : server.findings;
}

const masks = () => ({ maskOptions, watchMasks });

/** The id stands in what `run` says on a system that it confines nothing on. */
function policyFor({ platform }: Host, unsafe = ''): string {
  const command = platform === 'darwin' ? '/usr/bin/true' : '/bin/true';
  return `version: 1\nservers: { your-server: { command: ${command}, unsafe: [${unsafe}] } }\n`;
}

const diagnosis = async () => import('../relay/diagnosis.ts');

const enterByShell = async () => import('../confine/enter-by-shell.ts');

async function start(plan: Plan, built: string): Promise<Decision<Running>> {
  const { by } = plan.confinement;
  if (by === 'landlock')
    return launchInPrivate(prepareLandlock(plan, NO_VALUES, threadsOf(plan.account.uid)), built, diagnosis);
  return by === 'seatbelt'
    ? launchPrivately(prepareSeatbelt(plan, NO_VALUES))
    : launch(confine(plan, NO_VALUES, await enterIn(built, enterByShell), masks), built, diagnosis, masks);
}

async function whenEnded(server: Running): Promise<readonly Finding[]> {
  const { stdin, stdout, stderr, ended } = server;
  const timer = setTimeout(() => server.kill(), PATIENCE);
  stdin.on('error', () => {}); // it is gone already: its end says how
  stdin.end();
  stdout.resume();
  const [words, { code, signal }] = await Promise.all([text(stderr), ended]);
  clearTimeout(timer);
  if (code === 0) return [];
  const how = code === null ? `was ended by ${signal}` : `exited with ${code}`;
  const last = words.trim().split('\n').at(-1) ?? '';
  return [
    refusal(
      'sandbox-failed',
      `true(1) ${how} in the sandbox${last === '' ? '' : `: ${last}`}`,
      'see whether it runs outside: `command true; echo $?`',
    ),
  ];
}

/** Milliseconds. `true` takes one. */
const PATIENCE = 10_000;
