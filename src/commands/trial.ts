import { text } from 'node:stream/consumers';
import { confine } from '../confine/confine.ts';
import { maskOptions } from '../confine/mask-options.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { Host } from '../plan/host.ts';
import { resolve } from '../plan/resolve.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { launch, type Running } from '../relay/launch.ts';
import { watchMasks } from '../relay/watch-masks.ts';

/**
 * Builds a whole sandbox by the way that `run` takes, from a policy to a process, and runs /bin/true in it: what `run`
 * would refuse with, or nothing. The policy is a constant, for one of yours that is broken must not be in the way.
 */
export async function trial(host: Host, filters: string): Promise<readonly Finding[]> {
  const parsed = await compileLayer('user', [{ file: 'a policy of doctor’s own', text: POLICY }]);
  if (!parsed.allowed) return parsed.findings;
  const plan = resolve({ kind: 'server', id: 'your-server', args: [] }, { layers: [parsed.granted.layer] }, host);
  if (!plan.allowed) return plan.findings;

  const server = await launch(
    confine(plan.granted, () => undefined, masks),
    filters,
    () => import('../relay/diagnosis.ts'),
    masks,
  );
  return server.allowed ? whenEnded(server.granted) : server.findings;
}

const masks = () => ({ maskOptions, watchMasks });

/** The id stands in what `run` says on a system that it confines nothing on. */
const POLICY = 'version: 1\nservers: { your-server: /bin/true }\n';

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
      `the sandbox stood, and /bin/true ${how} in it${last === '' ? '' : `: ${last}`}`,
      'see whether it runs outside: `/bin/true; echo $?`',
    ),
  ];
}

/** Milliseconds. /bin/true takes one. */
const PATIENCE = 10_000;
