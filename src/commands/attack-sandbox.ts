import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Attack, Scene } from '../attack/attack.ts';
import { ATTACKS } from '../attack/attacks.ts';
import { done, refused, untried, type Named, type Outcome, type Task } from '../attack/attempt.ts';
import { judge } from '../attack/judge.ts';
import type { Tried } from '../attack/tried.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { sha256 } from '../host/hash.ts';
import { credentialsOf } from '../host/machine.ts';
import type { Host } from '../plan/host.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import { carryOut, OPEN, type Ran } from './attack-runs.ts';
import { layOut, type Side, type Stage } from './attack-scene.ts';
import { Cleanup } from './cleanup.ts';

export interface Sandbox {
  /** Where the build put the attacking program and its launcher. */
  readonly built: string;
  readonly filters: string;
  /** What the sandbox gives up. The command gives up nothing; tests show by it that an attack can succeed. */
  readonly unsafe: readonly Unsafe[];
}

/**
 * Makes every attack twice: without a sandbox, where it must succeed to mean anything, and inside one that is built by
 * the way of `run`. Says how each went, or why there was no sandbox. Nothing stays behind, not even when we are ended.
 */
export async function attackSandbox(host: Host, sandbox: Sandbox): Promise<Decision<readonly Tried[]>> {
  const cleanup = new Cleanup();
  const end = (signal: NodeJS.Signals): void => {
    cleanup.run();
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    const program = `${sandbox.built}/attack-probe.cjs`;
    const stage = await layOut(host.account, host.directories, credentialsOf(host), program, cleanup);
    const [outside, inside] = await Promise.all([
      attackOutside(host, sandbox, stage, cleanup),
      attackInside(host, sandbox, stage, cleanup),
    ]);
    return judgeAll(stage, outside, inside);
  } finally {
    cleanup.run();
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function attackOutside(host: Host, { built }: Sandbox, stage: Stage, cleanup: Cleanup): Promise<Ran> {
  const { scene, program } = stage.outside;
  const attempts = ATTACKS.flatMap((attack) => [...firstOf(attack, scene), ...attemptOf(attack, scene)]);
  return carry(stage.outside, built, cleanup, {
    how: 'outside',
    argv: [host.node, program],
    account: credentialsOf(host),
    task: { attempts, stays: true },
    descriptor: OPEN,
  });
}

/** The last start is the one that stays, so that its launcher can be killed. */
async function attackInside(host: Host, sandbox: Sandbox, stage: Stage, cleanup: Cleanup): Promise<Ran> {
  const { scene } = stage.inside;
  const attemptsIn = (start: Attack['start']): readonly Named[] =>
    ATTACKS.filter((attack) => attack.start === start).flatMap((attack) => attemptOf(attack, scene));
  const firsts = ATTACKS.flatMap((attack) => firstOf(attack, scene));
  const tasks: Readonly<Record<Attack['start'], Task>> = {
    granted: { attempts: [...attemptsIn('granted'), ...firsts], stays: false },
    again: { attempts: attemptsIn('again'), stays: false },
    closed: { attempts: attemptsIn('closed'), stays: true },
  };
  return carry(stage.inside, sandbox.built, cleanup, {
    how: 'inside',
    policy: policyFor(host, sandbox, stage.inside),
    directory: `${stage.directory}/own`,
    filters: sandbox.filters,
    starts: Object.entries(tasks).map(([server, task]) => ({ server, task })),
  });
}

async function carry(
  { scene, program }: Side,
  built: string,
  cleanup: Cleanup,
  order: Parameters<typeof carryOut>[0],
): Promise<Ran> {
  // What is set for the Node.js that runs us was for that one.
  const { NODE_OPTIONS: _ours, ...environment } = process.env;
  const open = openSync(scene.canary, 'r');
  try {
    const all = { ...environment, [scene.variable.name]: scene.variable.value };
    return await carryOut(order, `${built}/attack-launcher.js`, all, open, program, cleanup);
  } finally {
    closeSync(open);
  }
}

/** As one would write it for servers that are granted nothing, and a little. JSON is YAML. */
function policyFor({ node }: Host, { unsafe }: Sandbox, { program, scene: { read, write } }: Side): string {
  const own = {
    command: node,
    args: [program],
    sha256: sha256(readFileSync(program)),
    ...(unsafe.length > 0 && { unsafe }),
  };
  const isConfined = !unsafe.includes('no-sandbox');
  const granted = isConfined && { files: { read: [read], write: [write] }, state: ['kept'] };
  const again = isConfined && { files: { write: [write, `${write}/inner`] } };
  return JSON.stringify({
    version: 1,
    servers: { closed: own, granted: { ...own, ...granted }, again: { ...own, ...again } },
  });
}

function firstOf({ id, first }: Attack, scene: Scene): readonly Named[] {
  return first ? [{ id: `${id}, before`, attempt: first(scene) }] : [];
}

function attemptOf({ id, attempt }: Attack, scene: Scene): readonly Named[] {
  const made = attempt === 'watched' ? attempt : attempt(scene);
  return typeof made === 'string' ? [] : [{ id, attempt: made }];
}

function judgeAll(stage: Stage, outside: Ran, inside: Ran): Decision<readonly Tried[]> {
  const faults = (['granted', 'closed'] as const).flatMap((server) => inside.refusals.get(server) ?? []);
  if (faults.length > 0) return deny(...unique(faults));
  const tried = ATTACKS.map((attack): Tried | undefined => {
    const within = outcomeInside(attack, stage.inside, inside);
    return within && { attack, ...judge(outcomeOutside(attack, stage.outside, outside), within) };
  });
  const all = tried.filter((one) => one !== undefined);
  // An attack that was not made has not been held against.
  return all.length === tried.length ? allow(all) : deny(unfinished(inside.ended));
}

function outcomeOutside(attack: Attack, { scene }: Side, { outcomes, outlived, ended }: Ran): Outcome {
  if (attack.attempt === 'watched') return outlived ?? untried('it could not be watched');
  const made = attack.attempt(scene);
  if (typeof made === 'string') return untried(made);
  return outcomes.get(attack.id) ?? untried(`not made outside, for the attacking program ${ended.join(', ')}`);
}

function outcomeInside(attack: Attack, { scene }: Side, { outcomes, refusals, outlived }: Ran): Outcome | undefined {
  if (attack.attempt === 'watched') return outlived;
  const made = attack.attempt(scene);
  if (typeof made === 'string') return untried(made);
  if (attack.start !== 'again') return outcomes.get(attack.id);
  // What a mount makes where a planted link leads to is seen from here alone.
  const strange = readdirSync(scene.victim).filter((name) => !['canary', 'socket'].includes(name));
  if (strange.length > 0) return done(`${strange.join(', ')} was made where the links lead to`);
  const [refusedBy] = refusals.get('again') ?? [];
  return refusedBy ? refused(`the next start is refused, \`${refusedBy.ident}\``) : outcomes.get(attack.id);
}

function unfinished(ended: readonly string[]): Finding {
  return refusal(
    'sandbox-failed',
    `the sandbox stood, and not all attacks were made in it: the attacking program ${ended.join(', ') || 'said too little'}`,
    'try it again; if it comes back, report it',
  );
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [finding.message, finding])).values()];
}
