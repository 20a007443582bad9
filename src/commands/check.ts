import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, type Finding } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import { advisePlan } from '../plan/advise-plan.ts';
import { resolve } from '../plan/resolve.ts';
import { sampleArguments } from '../plan/sample-arguments.ts';
import { advise } from '../policy-text/advise.ts';
import type { ParsedLayer } from '../policy-text/parse-policy.ts';
import { findingText } from '../render/finding-text.ts';
import { checkExamples } from './check-examples.ts';
import { checkKept } from './check-kept.ts';
import { checkLock } from './check-lock.ts';
import { checkSandbox } from './check-sandbox.ts';
import type { Io } from './io.ts';
import { isClean, report, type Format } from './report.ts';
import { rulesOf } from './rules-of.ts';
import { survey, type Survey } from './survey.ts';
import type { Situation } from '../state/situation.ts';

export interface CheckOptions {
  readonly policy: string | undefined;
  readonly servers: readonly string[];
  readonly strict: boolean;
  /** Whether every file of every locked package is compared by its content. */
  readonly deep: boolean;
  readonly format: Format;
  readonly output: string | undefined;
  readonly quiet: boolean;
}

/** What became of a server: whether `run` would start it here and now. */
export interface Checked {
  readonly id: string;
  readonly decision: 'allow' | 'deny' | 'not tried';
}

/** `check`: are the policies valid, would their servers start here, are they wise? Starts nothing. */
export default async function check(options: CheckOptions, io: Io): Promise<ExitCode> {
  const surveyed = await survey(options.policy);
  const { situation, texts } = surveyed;
  if (!situation.allowed) {
    const code = exitCodeOf(situation.findings);
    const isOfContent = situation.findings.some(({ ident }) => OF_CONTENT.has(ident));
    const unwritten = report({ servers: [], findings: situation.findings, texts }, options, io);
    return unwritten ? fail(unwritten, io) : isOfContent ? EXIT.findings : code;
  }
  const { servers, findings } = checkAll(surveyed, situation.granted, options);
  const unwritten = report({ servers, findings, texts }, options, io);
  if (unwritten) return fail(unwritten, io);
  return isClean(findings, options.strict) ? EXIT.ok : EXIT.findings;
}

function fail(finding: Finding, io: Io): ExitCode {
  io.err(findingText(finding, new Map(), io.paintErr));
  return exitCodeOf([finding]);
}

/** A policy that was read and is wrong is what `check` is for; one that cannot be read is not. */
const OF_CONTENT = new Set<Ident>([
  ...(['policy-syntax', 'policy-unknown-key', 'policy-missing-key', 'policy-value'] as const),
  ...(['policy-meaningless', 'policy-twice', 'policy-layer'] as const),
  ...(['launcher-option', 'launcher-wrapper', 'package-floating', 'package-spec'] as const),
]);

function checkAll(
  surveyed: Survey,
  situation: Situation,
  { servers: wanted, deep }: CheckOptions,
): { servers: readonly Checked[]; findings: Finding[] } {
  const { policy, notices } = situation;
  const ids = [...new Set(policy.layers.flatMap(({ servers }) => servers.map(({ id }) => id)))].toSorted();
  const asked = wanted.length > 0 ? wanted : ids;
  const launches = asked.map((id) => checkLaunch(id, surveyed, situation));
  const refused = launches.flatMap(({ findings }) => findings);
  const isTold = (one: Finding): boolean =>
    refused.some(({ ident, message }) => ident === one.ident && message === one.message);
  return {
    servers: launches.map(({ checked }) => checked),
    findings: [
      ...refused,
      ...surveyed.parsed.flatMap((parsed) => advise(ofServers(parsed, asked))),
      ...checkLock(situation, asked, deep).filter((one) => !isTold(one)), // of those that were not tried, too
      ...checkKept(surveyed, situation),
      ...checkSandbox(situation.host),
      ...notices,
    ],
  };
}

/** A layer as if it had these servers alone. */
function ofServers({ layer, rules, ...rest }: ParsedLayer, ids: readonly string[]): ParsedLayer {
  const isAsked = ({ id }: { readonly id: string }): boolean => ids.includes(id);
  return { ...rest, layer: { ...layer, servers: layer.servers.filter(isAsked) }, rules: rules.filter(isAsked) };
}

function checkLaunch(
  id: string,
  surveyed: Survey,
  situation: Situation,
): { checked: Checked; findings: readonly Finding[] } {
  const { policy, host } = situation;
  const { engines, parsed } = surveyed;
  const entry = policy.layers.flatMap(({ servers }) => servers).find((server) => server.id === id);
  const examples = entry ? checkExamples(id, surveyed, situation) : [];
  const given = rulesOf(parsed, id).flatMap((rules) => rules.examples);
  const example = given.find(({ expected, asked }) => expected === 'allow' && asked.kind === 'arguments')?.asked;
  const args = example?.kind === 'arguments' ? example.args : entry && sampleArguments(entry);
  if (entry && !args) return { checked: { id, decision: 'not tried' }, findings: examples };

  const plan = resolve({ kind: 'server', id, args: args ?? [] }, policy, host, engines);
  if (plan.allowed)
    return { checked: { id, decision: 'allow' }, findings: [...examples, ...advisePlan(plan.granted, host)] };
  return { checked: { id, decision: 'deny' }, findings: [...plan.findings.map(asCheckSaysIt), ...examples] };
}

/** What is no fault of the policy is told, and is none of the errors: another version, or where a client starts. */
function asCheckSaysIt(finding: Finding): Finding {
  return ELSEWHERE.has(finding.ident) ? { ...finding, severity: 'warning' } : finding;
}

const ELSEWHERE = new Set<Ident>(['not-enforced-yet', 'env-missing', 'env-refused']);
