import { allow, deny, type Decision } from '../finding/decision.ts';
import type { Finding, Floating, Place } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { chooseVersion, type Published, type Versions } from '../lock/choose-version.ts';
import { versionsIn } from '../lock/simple-index.ts';
import { NPM_VERSIONS, PYPI_VERSIONS } from '../lock/version-scheme.ts';
import type { Host } from '../plan/host.ts';
import { locatePython, type Python } from '../plan/locate-python.ts';
import type { Egress, Layer } from '../policy/policy.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { valueAt } from '../policy-text/entry-edit.ts';
import { readSource } from '../policy-text/source.ts';
import { ownDirectories } from '../state/directories.ts';
import type { Texts } from '../state/situation.ts';
import { askIndex } from '../store/ask-index.ts';
import { askVersions } from '../store/ask-registry.ts';
import { openNpmWorkPlace, type Npm } from '../store/run-npm.ts';
import { openPipWorkPlace, type Pip } from '../store/run-pip.ts';
import type { Cleanup } from './cleanup.ts';
import { inWorkPlace } from './in-work-place.ts';

/** What asking takes: what asks for this host, by the way that a policy names. */
export interface Asking {
  readonly npmFor: (host: Host, egress: Egress | undefined) => Decision<Npm>;
  readonly pipFor: (python: Python, host: Host, egress: Egress | undefined) => Decision<Pip>;
  readonly cleanup: Cleanup;
  /** Called with the name of each package before it is asked for. */
  readonly onAsk: (name: string) => void;
}

/**
 * The findings of policies that are not valid, and with each package that has no version the one to write. `lock` alone
 * asks a registry; where none answers, they stay as they are.
 */
export async function withVersions(
  findings: readonly Finding[],
  texts: Texts,
  asking: Asking,
): Promise<readonly Finding[]> {
  const kinds = new Set(findings.map(({ floats }) => floats?.kind));
  const [host, settings] = [hostHere(), findings.some(isFloating) ? await settingsIn(texts) : undefined];
  if (!host || !settings) return findings;
  const ask = {
    npm: kinds.has('npm') ? openNpm(host, settings, asking) : NOBODY,
    pypi: kinds.has('pypi') ? openPip(host, settings, asking) : NOBODY,
  };
  const today = new Date().toISOString().slice(0, 10);
  const known = new Map<string, Promise<Decision<Versions>>>();
  const told: Finding[] = [];
  for (const finding of findings) {
    if (!isFloating(finding)) {
      told.push(finding);
      continue;
    }
    const { kind, name, wanted } = finding.floats;
    const key = `${kind}:${name}`;
    if (!known.has(key)) asking.onAsk(name);
    const asked = known.get(key) ?? ask[kind](name);
    known.set(key, asked);
    const versions = await asked;
    const scheme = kind === 'npm' ? NPM_VERSIONS : PYPI_VERSIONS;
    const version = versions.allowed ? chooseVersion(versions.granted, wanted, today, scheme) : undefined;
    told.push(version ? withVersion(finding, version, texts) : finding);
  }
  return told;
}

type OfPackage = Finding & { readonly floats: Floating };

function isFloating(finding: Finding): finding is OfPackage {
  return finding.floats !== undefined;
}

type Ask = (name: string) => Promise<Decision<Versions>>;

const NOBODY: Ask = async () => Promise.resolve(deny());

function openNpm(host: Host, { egress }: Settings, { npmFor, cleanup }: Asking): Ask {
  const npm = npmFor(host, egress);
  const work = npm.allowed ? openNpmWorkPlace(npm.granted) : npm;
  if (!npm.allowed || !work.allowed) return NOBODY;
  cleanup.add(() => work.granted.remove());
  return async (name) => askVersions(name, work.granted, npm.granted);
}

/** Any Python with pip will do, for none is to run it yet. */
function openPip(host: Host, { egress, programPath }: Settings, { pipFor, cleanup }: Asking): Ask {
  const python = locatePython({ ...(programPath && { programPath }) }, host);
  const pip = python && pipFor(python, host, egress);
  if (!pip?.allowed) return NOBODY;
  return async (name) => {
    const wheels = await inWorkPlace(openPipWorkPlace(pip.granted), cleanup, async (work) =>
      askIndex(name, work, pip.granted),
    );
    return wheels.allowed ? allow({ tags: {}, versions: versionsIn(wheels.granted) }) : wheels;
  };
}

function hostHere(): Host | undefined {
  const account = ownAccount();
  const directories = account && ownDirectories(account, process.env);
  return account && directories?.allowed ? createHost(account, directories.granted, process.env) : undefined;
}

type Settings = Pick<Layer, 'egress' | 'programPath'>;

/** Of the strongest policy that has each: the way to the network, and where programs lie. No other way is tried where it cannot be read. */
async function settingsIn(texts: Texts): Promise<Settings | undefined> {
  const found: Record<string, unknown> = {};
  for (const [file, text] of texts) {
    const source = readSource(file, text);
    if (!source.allowed) return undefined;
    for (const key of ['egress', 'programPath']) found[key] ??= valueAt(source.granted.value, [key]);
  }
  const alone = JSON.stringify({ version: 1, ...found, servers: {} });
  const layer = await compileLayer('user', [{ file: '', text: alone }]);
  return layer.allowed ? layer.granted.layer : undefined;
}

function withVersion(finding: OfPackage, { version, published }: Published, texts: Texts): Finding {
  const { prefix, spec } = finding.floats;
  const written = finding.place && textAt(finding.place, texts);
  const exact = `${prefix}${version}`;
  const put = written?.includes(spec) ? written.replace(spec, () => exact) : exact;
  const day = published === undefined ? 'of which its registry tells no day' : `published ${published}`;
  return { ...finding, hint: `write \`${put}\`, ${day}` };
}

function textAt({ file, line, column, length }: Place, texts: Texts): string | undefined {
  const lines = texts.get(file)?.split('\n');
  return lines?.[line - 1]?.slice(column - 1, column - 1 + length);
}
