import { isFault } from '../attack/tried.ts';
import { deny, type Decision } from '../finding/decision.ts';
import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { isRefusedBySystem } from '../host/system-error.ts';
import { attackJson } from '../render/attack-json.ts';
import { attackText } from '../render/attack-text.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import { ownDirectories } from '../state/directories.ts';
import { attackSandbox } from './attack-sandbox.ts';
import type { Io } from './io.ts';
import { trial } from './trial.ts';

export interface AttackOptions {
  readonly json: boolean;
  /** Where the build put its files: the filters for system calls, the attacking program and its launcher. */
  readonly built: string;
}

/** `doctor --attack`: our escape attempts, made for real in a sandbox such as `run` builds. Which of them held? */
export default async function attack({ json, built }: AttackOptions, io: Io): Promise<ExitCode> {
  const account = ownAccount();
  if (!account) return refuse([NO_ACCOUNT], json, io);
  // What is wrong with a variable that moves our directories is told by `doctor`; it is nothing to these attacks.
  const chosen = ownDirectories(account, process.env);
  const own = chosen.allowed ? chosen : ownDirectories(account, {});
  if (!own.allowed) return refuse(own.findings, json, io);

  const host = createHost(account, own.granted, process.env);
  const faults = await trial(host, built);
  if (faults.length > 0) return refuse(faults, json, io);
  const tried = await attackSandbox(host, { built, filters: built, unsafe: [] }).catch(asFinding);
  if (!tried.allowed) return refuse(tried.findings, json, io);

  const ok = !tried.granted.some(isFault);
  if (json) io.out(documentJson({ ok, attacks: tried.granted.map(attackJson), findings: [] }));
  else io.out(attackText(tried.granted, io.width, io.paintOut));
  return ok ? EXIT.ok : EXIT.findings;
}

const NO_ACCOUNT = refusal(
  'account-unknown',
  'the account that runs this has no passwd entry with a home',
  'run it as an account of this machine',
);

/** A full disk, too many processes: the attacks could not be laid out. Anything else is a fault of ours. */
function asFinding(error: unknown): Decision<never> {
  if (!isRefusedBySystem(error)) throw error;
  const hint = '`df /tmp; ulimit -a` shows what is used up';
  return deny(refusal('launch-failed', `the system refused what the attacks take: ${error.message}`, hint));
}

/** Without a sandbox there is nothing to attack, and nothing was. */
function refuse(findings: readonly Finding[], json: boolean, io: Io): ExitCode {
  if (json) io.out(documentJson({ ok: false, attacks: [], findings: findings.map(findingJson) }));
  else for (const finding of findings) io.err(`${findingText(finding, new Map(), io.paintErr)}\n`);
  return EXIT.failed;
}
