import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import type { Host } from '../plan/host.ts';
import type { Layer, Policy, ProjectLayer } from '../policy/policy.ts';
import { ownDirectories } from './directories.ts';
import { readLayers, type LayerFiles, type OwnPlace } from './layers.ts';
import { readPolicyFile, type PolicyFile } from './policy-file.ts';
import { findProjectPolicy, isTrusted, untrusted } from './project-policy.ts';

/** Everything that a launch is decided on, beside what was asked. */
export interface Situation {
  readonly policy: Policy;
  readonly host: Host;
  /** `MCP_SECURE_RUN_HOME`, when it says where our directories are. */
  readonly movedHome: string | undefined;
  /** What was left out and should be known: a project's file that is not trusted. */
  readonly notices: readonly Finding[];
}

/** The texts of policies by their files, for whoever shows findings. */
export type Texts = ReadonlyMap<string, string>;

/** The situation, or why there is none. */
export interface Gathered {
  readonly situation: Decision<Situation>;
  readonly texts: Texts;
}

/** How texts become layers: from what was kept, or by reading them anew. */
export interface Loader {
  readonly layer: (files: LayerFiles, own: OwnPlace) => Promise<Decision<Layer>>;
  readonly project: (file: PolicyFile) => Promise<Decision<ProjectLayer>>;
}

/** Reads every layer and prepares the look-ups. `chosen` is the file after `--policy`. */
export async function gather(
  chosen: string | undefined,
  environment: NodeJS.ProcessEnv,
  loader: Loader,
): Promise<Gathered> {
  const texts = new Map<string, string>();
  return { situation: await gatherInto(texts, chosen, environment, loader), texts };
}

async function gatherInto(
  texts: Map<string, string>,
  chosen: string | undefined,
  environment: NodeJS.ProcessEnv,
  loader: Loader,
): Promise<Decision<Situation>> {
  const account = ownAccount();
  if (!account)
    return deny(
      refusal(
        'account-unknown',
        'the account that runs this has no passwd entry with a home',
        'run it as an account of this machine',
      ),
    );
  const directories = ownDirectories(account, environment);
  if (!directories.allowed) return directories;
  const { config, state, data, moved } = directories.granted;
  const own = { state, uid: account.uid };

  const read = readLayers(chosen, config, account.uid);
  if (!read.allowed) return read;
  for (const { file, text } of read.granted.flatMap(({ files }) => files)) texts.set(file, text);
  const layers: Layer[] = [];
  const findings: Finding[] = [];
  for (const files of read.granted) {
    const layer = await loader.layer(files, own);
    if (layer.allowed) layers.push(layer.granted);
    else findings.push(...layer.findings);
  }
  const host = createHost(account, { config, state, data }, environment);
  const project = await projectOf(host, own, texts, loader);
  if (!project.allowed) findings.push(...project.findings);
  if (!project.allowed || findings.length > 0) return deny(...findings);

  return allow({
    policy: { layers, ...project.granted.layer },
    host,
    movedHome: moved ? environment.MCP_SECURE_RUN_HOME : undefined,
    notices: project.granted.notices,
  });
}

/** The project's file if it is trusted. What cannot be read cannot be trusted. */
async function projectOf(
  host: Host,
  own: OwnPlace,
  texts: Map<string, string>,
  loader: Loader,
): Promise<Decision<{ readonly layer: Pick<Policy, 'project'>; readonly notices: readonly Finding[] }>> {
  const path = findProjectPolicy(host);
  if (path === undefined) return allow({ layer: {}, notices: [] });
  const file = readPolicyFile(path, 'project', own.uid);
  if (!file.allowed || !isTrusted(file.granted, own)) return allow({ layer: {}, notices: [untrusted(path)] });
  texts.set(file.granted.file, file.granted.text);
  const project = await loader.project(file.granted);
  return project.allowed ? allow({ layer: { project: project.granted }, notices: [] }) : project;
}
