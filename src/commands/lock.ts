import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from '../finding/finding.ts';
import type { Host } from '../plan/host.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import { lockOutcomeJson, lockOutcomeText, type LockOutcome } from '../render/lock-outcome.ts';
import { programOutcomeJson, programOutcomeText, type ProgramOutcome } from '../render/lock-program.ts';
import { findNpm } from '../store/npm-program.ts';
import { npmSettings } from '../store/npm-settings.ts';
import type { Npm } from '../store/run-npm.ts';
import { Cleanup } from './cleanup.ts';
import type { Io } from './io.ts';
import { preparePip } from './lock-by-pip.ts';
import { withVersions } from './lock-floating.ts';
import { lockPythonTarget } from './lock-python.ts';
import { lockTarget } from './lock-target.ts';
import { findTargets } from './lock-targets.ts';
import { lockPrograms } from './lock-programs.ts';
import { prune, type Pruned } from './lock-prune.ts';
import { updateTarget } from './lock-update.ts';
import { survey, type Survey } from './survey.ts';

export interface LockOptions {
  readonly policy: string | undefined;
  readonly servers: readonly string[];
  readonly update: boolean;
  readonly prune: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether there is a person at a terminal who may be asked. */
  readonly mayAsk: boolean;
  /** Whether to say what is being done while it takes its time. */
  readonly isWatched: boolean;
  /** The directory of what the build made. */
  readonly built: string;
}

/** What locking one package takes. */
export interface Locking {
  readonly npm: Npm;
  readonly surveyed: Survey;
  readonly cleanup: Cleanup;
  readonly options: LockOptions;
  readonly io: Io;
}

/** `lock`: installs what the policies name, where it is held to what was reviewed, and records it beside them. */
export default async function lockCommand(options: LockOptions, io: Io): Promise<ExitCode> {
  const surveyed = await survey(options.policy);
  const { situation, texts } = surveyed;
  if (!situation.allowed)
    return tell([], undefined, await askForVersions(situation.findings, texts, options, io), texts, options, io);
  const { policy, host } = situation.granted;
  const { targets, findings: unlockable } = findTargets(policy, options.servers);
  const findings: Finding[] = [...unlockable];
  const outcomes: LockOutcome[] = [];
  if (targets.length === 0 && unlockable.length === 0 && !options.quiet && !options.json)
    io.err('nothing to lock: no server runs a package of npm or PyPI\n');
  if (targets.length > 0) {
    const cleanup = new Cleanup();
    const egress = policy.layers.find((layer) => layer.egress)?.egress;
    const ofPython = { host, egress, surveyed, cleanup, options, io };
    const npm = targets.some(({ kind }) => kind === 'npm') ? prepareNpm(host, egress, options, cleanup) : undefined;
    if (npm && !npm.allowed) return tell([], undefined, [...findings, ...npm.findings], texts, options, io);
    const lockNpm = options.update ? updateTarget : lockTarget;
    const stop = endWith(cleanup);
    try {
      for (const target of targets) {
        const outcome =
          target.kind === 'npm' && npm
            ? await lockNpm(target, { npm: npm.granted, surveyed, cleanup, options, io })
            : await lockPythonTarget(target, ofPython);
        outcomes.push(outcome);
        findings.push(...outcome.findings);
      }
    } finally {
      stop();
      cleanup.run();
    }
  }
  const programs = await lockPrograms(policy, host, options, io);
  findings.push(...programs.findings);
  const isIdle = targets.length + unlockable.length + programs.outcomes.length + programs.findings.length === 0;
  if (isIdle && !options.quiet && !options.json)
    io.err('nothing to lock: no server runs a package of npm, or a program that this account could change\n');
  const pruned = options.prune ? prune(policy, host) : undefined;
  return tell(outcomes, pruned, [...findings, ...(pruned?.findings ?? [])], texts, options, io, programs.outcomes);
}

/** A policy that floats is not valid; which version to write, only a registry knows. */
async function askForVersions(findings: readonly Finding[], texts: Survey['texts'], options: LockOptions, io: Io) {
  const cleanup = new Cleanup();
  const stop = endWith(cleanup);
  try {
    return await withVersions(findings, texts, {
      npmFor: (host, egress) => prepareNpm(host, egress, options, cleanup),
      pipFor: (python, host, egress) => preparePip(python, options.built, { host, egress, cleanup }),
      cleanup,
      onAsk: (name) => {
        if (options.isWatched) io.err(`asking for the versions of ${name} …\n`);
      },
    });
  } finally {
    stop();
    cleanup.run();
  }
}

function prepareNpm(host: Host, egress: Parameters<typeof npmSettings>[2], { built }: LockOptions, cleanup: Cleanup) {
  const program = findNpm(host.node, PROGRAM_PATH);
  const settings = program && npmSettings(host, program.root, egress);
  if (!program || Number(program.version.split('.')[0]) < 10) {
    const has = program ? `npm ${program.version}, and \`lock\` needs npm 10 or newer` : 'no npm';
    const hint = 'install npm for the Node.js that runs this: `npm install --global npm@latest`';
    return { allowed: false, findings: [refusal('lock-failed', `${host.node} has ${has}`, hint)] } as const;
  }
  if (!settings?.allowed) return { allowed: false, findings: settings?.findings ?? [] } as const;
  const npm: Npm = { ...{ host, built, program }, settings: settings.granted, onRunning: cleanup.ofRunning() };
  return { allowed: true, granted: npm } as const;
}

const PROGRAM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Ended by a signal, nothing stays behind. Answers what takes this back. */
function endWith(cleanup: Cleanup): () => void {
  const end = (signal: NodeJS.Signals): void => {
    cleanup.run();
    for (const one of SIGNALS) process.off(one, end);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function tell(
  outcomes: readonly LockOutcome[],
  pruned: Pruned | undefined,
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
  { json, quiet }: LockOptions,
  io: Io,
  programs: readonly ProgramOutcome[] = [],
): ExitCode {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (json) {
    io.out(
      documentJson({
        ok: errors.length === 0,
        packages: outcomes.map(lockOutcomeJson),
        programs: programs.map(programOutcomeJson),
        pruned: { entries: pruned?.entries ?? [], trees: pruned?.trees ?? [] },
        findings: findings.map(findingJson),
      }),
    );
  } else {
    if (!quiet) io.out(`${programOutcomeText(programs)}${lockOutcomeText(outcomes, pruned)}`);
    const shown = quiet ? errors : findings;
    if (shown.length > 0) io.err(shown.map((finding) => findingText(finding, texts, io.paintErr)).join('\n'));
  }
  return errors.length > 0 ? exitCodeOf(findings) : EXIT.ok;
}
