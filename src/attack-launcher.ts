import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Task } from './attack/attempt.ts';
import type { Order, Said } from './attack/start.ts';
import { confine } from './confine/confine.ts';
import { maskOptions } from './confine/mask-options.ts';
import { masksHere } from './host/masks-here.ts';
import { NO_ENGINES } from './plan/matching.ts';
import { watchMasks } from './relay/watch-masks.ts';
import { refusal } from './finding/finding.ts';
import { createHost, ownAccount } from './host/host.ts';
import type { Host } from './plan/host.ts';
import { resolve } from './plan/resolve.ts';
import { compileLayer } from './policy-text/compile.ts';
import type { Layer } from './policy/policy.ts';
import { closeInheritedDescriptors } from './relay/inherited-descriptors.ts';
import { enterIn } from './relay/helper.ts';
import { launch, type Running } from './relay/launch.ts';

// The launcher of `doctor --attack`: a process of its own, so that it can be killed. It takes the way of `run`, from a
// policy to a process; the policy comes with the order, for one of yours must not be in the way. It ends with its input.

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => void obey(JSON.parse(line)));
lines.once('close', () => process.exit(0));

async function obey(order: Order): Promise<void> {
  if (order.how === 'outside') return startOutside(order);
  closeInheritedDescriptors();
  const account = ownAccount();
  const at = (name: string): string => `${order.directory}/${name}`;
  const parsed = await compileLayer('user', [{ file: 'a policy of doctor’s own', text: order.policy }]);
  for (const { server, task } of order.starts) {
    if (!parsed.allowed) say({ server, refused: parsed.findings });
    else if (!account) say({ server, refused: [NO_ACCOUNT] });
    else {
      const directories = { config: at('config'), state: at('state'), data: at('data') };
      // Made anew for each start, as `run` does: what an earlier server did is looked at.
      const host = createHost(account, directories, process.env);
      await startInside(server, task, parsed.granted.layer, host, order.filters);
    }
  }
}

const MASKS = () => ({ maskOptions, watchMasks });
const NO_ACCOUNT = refusal(
  'account-unknown',
  'the account that runs this has no passwd entry with a home',
  'run it as an account of this machine',
);

async function startInside(server: string, task: Task, layer: Layer, host: Host, filters: string): Promise<void> {
  const plan = resolve({ kind: 'server', id: server, args: [] }, { layers: [layer] }, host, {
    ...NO_ENGINES,
    masks: () => masksHere,
  });
  if (!plan.allowed) return say({ server, refused: plan.findings });
  const running = await launch(
    confine(
      plan.granted,
      { client: (name) => host.variable(name), secret: () => undefined },
      await enterIn(filters, async () => import('./confine/enter-by-shell.ts')),
      MASKS,
    ),
    filters,
    () => import('./relay/diagnosis.ts'),
    MASKS,
  );
  return running.allowed ? carry(server, task, running.granted) : say({ server, refused: running.findings });
}

/** What the program says goes on as it is: it is the same in a sandbox and without one. */
async function carry(server: string, task: Task, running: Running): Promise<void> {
  const { stdin, stdout, stderr, ended } = running;
  const timer = setTimeout(() => running.kill(), PATIENCE);
  stdin.on('error', () => {}); // it is gone already: its end says how
  stdin.write(`${JSON.stringify(task)}\n`);
  stdout.pipe(process.stdout, { end: false });
  const [words, { code, signal }] = await Promise.all([text(stderr), ended]);
  clearTimeout(timer);
  if (code === 0) return;
  const last: readonly string[] = words.trim().split('\n').slice(-1);
  say({ server, ended: `${code === null ? `ended by ${signal}` : `exited with ${code}`} ${last.join('')}`.trim() });
}

/** Milliseconds. All attempts take some 2,000 where nothing answers. */
const PATIENCE = 20_000;

/** As a client does that nobody tells to be careful: the whole environment, and what is open. */
function startOutside({ argv, account, task, descriptor }: Extract<Order, { how: 'outside' }>): void {
  const [file, ...args] = argv;
  const between = Array.from({ length: descriptor - 3 }, () => 'ignore' as const);
  const child = spawn(file, args, {
    ...account,
    cwd: '/',
    stdio: ['pipe', 'inherit', 'ignore', ...between, descriptor],
  });
  child.once('error', ({ message }) => {
    const fault = refusal(
      'launch-failed',
      `${file} cannot be started: ${message}`,
      '`ulimit -u` shows how many may run',
    );
    say({ server: 'outside', refused: [fault] });
  });
  child.once('exit', (code, signal) => say({ server: 'outside', ended: `ended with ${code ?? signal}` }));
  child.stdin?.on('error', () => {}); // as above
  child.stdin?.write(`${JSON.stringify(task)}\n`);
}

function say(what: Said): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
