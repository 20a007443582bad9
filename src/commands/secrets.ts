import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, type Finding } from '../finding/finding.ts';
import { keepOutOfCores } from '../host/no-core.ts';
import { decideServer } from '../plan/decide-server.ts';
import { decideUnsafe } from '../plan/decide-unsafe.ts';
import { grantEnv } from '../plan/grant-env.ts';
import { ceilingOf } from '../policy/policy.ts';
import { documentJson, findingJson } from '../render/finding-json.ts';
import { findingText } from '../render/finding-text.ts';
import { secretsText, type SecretRow } from '../render/secrets-text.ts';
import type { Answer, Asked } from '../secrets/asked.ts';
import { endingWithUs } from '../secrets/ending-with-us.ts';
import { findingsOf } from '../secrets/finding-of-fault.ts';
import { programPathFor, secretsOf } from '../secrets/of-plan.ts';
import { isLeftOut, resolveSecrets } from '../secrets/resolve-secrets.ts';
import type { Situation } from '../state/situation.ts';
import type { Io } from './io.ts';
import { survey, type Survey } from './survey.ts';

export interface SecretsOptions {
  readonly policy: string | undefined;
  readonly json: boolean;
  /** The directory of what the build made. */
  readonly built: string;
}

/** `secrets`: whether each secret of the servers, or of the one, can be had, asked for as `run` does. Never a value. */
export default async function secretsCommand(
  server: string | undefined,
  options: SecretsOptions,
  io: Io,
): Promise<ExitCode> {
  const { situation, texts, engines } = await survey(options.policy);
  if (!situation.allowed) return tell([], situation.findings, exitCodeOf(situation.findings));

  const { policy, host } = situation.granted;
  const ids = server === undefined ? idsOf(policy) : [server];
  const wanted = ids.map((id) => ({ id, ...wantedBy(id, situation.granted, engines) }));
  const denied = wanted.flatMap(({ findings }) => findings);
  const answers = await askAll(
    wanted.map(({ id, asked }) => ({ asked, programPath: programPathFor(id, policy, host) })),
    { host, built: options.built },
  );
  const rows = wanted.flatMap(({ id, asked }) => asked.flatMap((one) => rowOf(id, answers.get(one))));
  const unresolved = findingsOf([...answers.values()]);
  const code = denied.length > 0 ? exitCodeOf(denied) : unresolved.length > 0 ? EXIT.findings : EXIT.ok;
  return tell(rows, [...denied, ...unresolved], code);

  function tell(secrets: readonly SecretRow[], findings: readonly Finding[], exit: ExitCode): ExitCode {
    if (options.json) io.out(documentJson({ ok: exit === EXIT.ok, secrets, findings: findings.map(findingJson) }));
    else if (secrets.length > 0 || findings.length === 0) io.out(secretsText(secrets, io.width, io.paintOut));
    if (!options.json) io.err(findings.map((finding) => findingText(finding, texts, io.paintErr)).join('\n'));
    return exit;
  }
}

function idsOf({ layers }: Situation['policy']): readonly string[] {
  return [...new Set(layers.flatMap(({ servers }) => servers.map(({ id }) => id)))];
}

interface Wanted {
  readonly asked: readonly Asked[];
  readonly findings: readonly Finding[];
}

/** What its plan would ask for. Whether the client sets the variables of `pass` is not asked: it is not here. */
function wantedBy(id: string, { policy, host }: Situation, engines: Survey['engines']): Wanted {
  const entries = decideServer({ kind: 'server', id, args: [] }, policy, host, engines);
  if (!entries.allowed) return { asked: [], findings: entries.findings };
  const given = decideUnsafe(entries.granted.entries, ceilingOf(policy));
  const [first, ...others] = given.entries.map(({ server: entry, ...rest }) => ({
    ...rest,
    server: { ...entry, pass: entry.pass.map(({ name, at }) => ({ name, optional: true, at })) },
  }));
  if (!first) return { asked: [], findings: [] };
  const env = grantEnv([first, ...others], policy, host, engines);
  if (!env.allowed) return { asked: [], findings: env.findings };
  return {
    asked: secretsOf(
      env.granted,
      given.granted.map(({ value }) => value),
    ),
    findings: [],
  };
}

/** Each reference once for all servers that look for tools in the same places. */
async function askAll(
  wanted: readonly { readonly asked: readonly Asked[]; readonly programPath: readonly string[] }[],
  { host, built }: { readonly host: Situation['host']; readonly built: string },
): Promise<ReadonlyMap<Asked, Answer>> {
  keepOutOfCores();
  const paths = [...new Map(wanted.map(({ programPath }) => [programPath.join(':'), programPath])).values()];
  const answers = await endingWithUs(async (signal) =>
    Promise.all(
      paths.map(async (programPath) => {
        const together = wanted.filter((one) => one.programPath.join(':') === programPath.join(':'));
        const asked = together.flatMap((one) => one.asked);
        return resolveSecrets(asked, { host, built, programPath, signal });
      }),
    ),
  );
  return new Map(answers.flat().map((answer) => [answer.asked, answer]));
}

function rowOf(server: string, answer: Answer | undefined): SecretRow[] {
  if (!answer) return [];
  const { variable, written: reference } = answer.asked;
  const resolves = answer.ok ? 'yes' : isLeftOut(answer) ? 'left out' : 'no';
  return [{ server, variable, reference, resolves, milliseconds: answer.milliseconds }];
}
