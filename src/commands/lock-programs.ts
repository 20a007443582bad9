import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, warning, type Finding } from '../finding/finding.ts';
import { lockedProgram, type Lock } from '../lock/lock.ts';
import type { Host } from '../plan/host.ts';
import { judgeCustody } from '../plan/judge-program-file.ts';
import { keeperOf } from '../plan/keeper-of.ts';
import { programFile, type ProgramFile } from '../plan/program-file.ts';
import { unsafeAt, type Layer, type Policy, type ServerPolicy } from '../policy/policy.ts';
import type { ProgramOutcome } from '../render/lock-program.ts';
import { changeLockFile, lockFileOf, readLockFile } from '../state/lock-file.ts';
import { platformName } from '../store/places.ts';
import { askYes } from './ask-yes.ts';
import type { Io } from './io.ts';
import type { LockOptions } from './lock.ts';

/** A program that only a hash holds, with the servers that it is for. */
interface Target {
  readonly program: ProgramFile;
  readonly layer: Layer;
  readonly servers: readonly ServerPolicy[];
}

/**
 * Records what the programs are now that are no packages: those that the account could change, and of which the policy
 * has no hash. One that is recorded is recorded anew by `--update` alone, after a yes.
 */
export async function lockPrograms(
  { layers }: Policy,
  host: Host,
  options: LockOptions,
  io: Io,
): Promise<{ readonly outcomes: readonly ProgramOutcome[]; readonly findings: readonly Finding[] }> {
  const { targets, findings } = targetsIn(layers, host, options.servers);
  const outcomes: ProgramOutcome[] = [];
  for (const target of targets) outcomes.push(await lockProgram(target, host, options, io));
  return { outcomes, findings: [...findings, ...outcomes.flatMap((one) => one.findings)] };
}

/** All that a layer may mean by a program, whether it is there or not. */
export function programsNamedBy({ servers }: Layer): ReadonlySet<string> {
  return new Set(
    servers.flatMap(({ command, args: [first] }) => [
      command.value,
      ...(first && 'value' in first ? [first.value] : []),
    ]),
  );
}

function targetsIn(layers: readonly Layer[], host: Host, wanted: readonly string[]) {
  const targets = new Map<string, Target>();
  const findings: Finding[] = [];
  for (const layer of layers) {
    for (const server of layer.servers.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
      if (server.identity || server.sha256 || unsafeAt(server, 'unlocked')) continue;
      const program = programFile(server, layer, host);
      if (!program) findings.push(missing(server, wanted));
      else if (keeperOf(program.path, host)?.of !== 'root') {
        const key = `${lockFileOf(layer)}\0${program.asked.value}`;
        targets.set(key, { program, layer, servers: [...(targets.get(key)?.servers ?? []), server] });
      }
    }
  }
  return { targets: [...targets.values()], findings };
}

/** Whoever names the server wants it locked; of all the others `check` says it. */
function missing({ command }: ServerPolicy, wanted: readonly string[]): Finding {
  const words = [`the program of \`${command.value}\` is not there`, 'install it, or correct the path'] as const;
  return wanted.length > 0
    ? refusal('program-missing', ...words, command.at)
    : warning('program-missing', ...words, command.at);
}

async function lockProgram(target: Target, host: Host, options: LockOptions, io: Io): Promise<ProgramOutcome> {
  const { program, layer, servers } = target;
  const { asked, real } = program;
  const file = lockFileOf(layer);
  const of = { program: asked.value, servers: servers.map(({ id }) => id), file };
  const failed = (findings: readonly Finding[], sha256?: string): ProgramOutcome => ({
    ...{ ...of, outcome: 'failed', sha256 },
    findings: findings.map((finding) => (finding.place ? finding : { ...finding, place: asked.at })),
  });

  const found = look(program, file, host);
  if (!found.allowed) return failed(found.findings);
  const { before, now } = found.granted;
  if (before === now) return { ...of, outcome: 'unchanged', sha256: now, findings: [] };
  if (before !== undefined) {
    if (!options.update) return failed([changed(target, now)], before);
    if (!options.json) io.out(`${asked.value}\n  ! sha256 ${before}\n      → ${now}\n`);
    if (!options.yes && !options.mayAsk) return failed([needsYes(target)], before);
    if (!options.yes && !(await askYes(`take ${real} as it is now?`)))
      return { ...of, outcome: 'declined', sha256: before, findings: [] };
  }
  const written = changeLockFile(file, host.account.uid, (lock) => withProgram(lock, asked.value, now));
  if (!written.allowed) return failed(written.findings, before);
  return { ...of, outcome: before === undefined ? 'locked' : 'updated', sha256: now, findings: [] };
}

/** What the lock says of it, and what it is. */
function look(
  { asked, path, real }: ProgramFile,
  file: string,
  host: Host,
): Decision<{ before?: string; now: string }> {
  const faults = judgeCustody(path, asked.at, host);
  if (faults.length > 0) return deny(...faults);
  const lock = readLockFile(file, host.account.uid);
  if (!lock.allowed) return lock;
  const [before, now] = [lockedProgram(lock.granted, asked.value, platformName()), host.sha256(real)];
  if (now !== undefined) return allow({ now, ...(before !== undefined && { before }) });
  return deny(refusal('program-unreadable', `\`${real}\` cannot be read`, `\`namei -l ${real}\``, asked.at));
}

function withProgram(lock: Lock, asked: string, hash: string): Lock {
  const known = lock.programs?.[asked]?.sha256;
  return { ...lock, programs: { ...lock.programs, [asked]: { sha256: { ...known, [platformName()]: hash } } } };
}

function changed({ program: { asked, real }, servers }: Target, now: string): Finding {
  return refusal(
    'program-changed',
    `\`${real}\` is not the file that was locked: its sha256 is ${now}`,
    `look at what changed; \`mcp-secure-run lock ${servers[0]?.id ?? ''} --update\` if that was you`,
    asked.at,
  );
}

function needsYes({ program: { asked }, servers }: Target): Finding {
  return refusal(
    'needs-terminal',
    'nothing was written: to take another program takes a person at a terminal, or `--yes`',
    `\`mcp-secure-run lock ${servers[0]?.id ?? ''} --update --yes\``,
    asked.at,
  );
}
