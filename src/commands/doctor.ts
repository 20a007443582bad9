import { examine } from '../confine/examine.ts';
import { probeHelper } from '../confine/probe-helper.ts';
import { helperIn } from '../relay/helper.ts';
import { probeLandlock } from '../confine/probe-landlock.ts';
import { probeTools } from '../confine/probe-tools.ts';
import { probeTrial } from '../confine/probe-trial.ts';
import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { fails, type Probe } from '../finding/probe.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { lookAtMachine } from '../host/machine.ts';
import type { Account, Host } from '../plan/host.ts';
import { locateCommand } from '../plan/locate-command.ts';
import { doctorText } from '../render/doctor-text.ts';
import { documentJson } from '../render/finding-json.ts';
import { probeJson } from '../render/probe-json.ts';
import { ownDirectories, type OwnDirectories } from '../state/directories.ts';
import type { Io } from './io.ts';
import { trial } from './trial.ts';

export interface DoctorOptions {
  readonly json: boolean;
  /** The directory of what the build made. */
  readonly built: string;
}

/** `doctor`: what this machine can enforce, tried for real, and how to mend what it cannot. It reads no policy. */
export default async function doctor({ json, built }: DoctorOptions, io: Io): Promise<ExitCode> {
  const probes = await probe(process.env, built);
  const isOk = probes.every(({ verdict }) => verdict !== 'fails');
  if (json) io.out(documentJson({ ok: isOk, probes: probes.map(probeJson) }));
  else io.out(doctorText(probes, io.width, io.paintOut));
  return isOk ? EXIT.ok : EXIT.findings;
}

async function probe(environment: NodeJS.ProcessEnv, built: string): Promise<readonly Probe[]> {
  const account = ownAccount();
  if (!account) return [NO_ACCOUNT];
  const chosen = ownDirectories(account, environment);
  if (chosen.allowed) return probeFor(account, chosen.granted, environment, built);

  // `run` refuses for it. The rest can be said all the same, of where our files are without that variable.
  const refused = chosen.findings.map(({ message, hint, ident }) => fails('own directories', message, hint, ident));
  const usual = ownDirectories(account, {});
  return usual.allowed ? [...(await probeFor(account, usual.granted, environment, built)), ...refused] : refused;
}

const NO_ACCOUNT = fails(
  'account',
  'the account that runs this has no passwd entry with a home',
  'run it as an account of this machine',
  'account-unknown',
);

async function probeFor(
  account: Account,
  directories: OwnDirectories,
  environment: NodeJS.ProcessEnv,
  built: string,
): Promise<readonly Probe[]> {
  const host = createHost(account, directories, environment);
  const machine = lookAtMachine(host, process.argv[1] ?? 'mcp-secure-run', directories.moved, environment);
  const helper = probeHelper(process.platform, helperIn(built));
  const tools = probeTools(process.platform, (tool) => locateCommand(tool, {}, host)?.real);
  const findings = await trial(host, built);
  return [
    ...examine(machine),
    ...helper,
    ...tools,
    ...probeTrial(findings),
    ...(await probeLone(host, built, findings.length > 0)),
  ];
}

/** What is left where no sandbox can be built. Where one can, that Landlock cannot take its place is no news. */
async function probeLone(host: Host, built: string, isNeeded: boolean): Promise<readonly Probe[]> {
  if (host.platform !== 'linux' || helperIn(built) === undefined) return [];
  const findings = await trial(host, built, 'landlock-only');
  return findings.length > 0 && !isNeeded ? [] : [probeLandlock(findings)];
}
