import type { Decision } from '../finding/decision.ts';
import type { Finding, Floating, Place } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { chooseVersion, type Published } from '../lock/choose-version.ts';
import type { Host } from '../plan/host.ts';
import type { Egress } from '../policy/policy.ts';
import { compileLayer } from '../policy-text/compile.ts';
import { valueAt } from '../policy-text/entry-edit.ts';
import { readSource } from '../policy-text/source.ts';
import { ownDirectories } from '../state/directories.ts';
import type { Texts } from '../state/situation.ts';
import { askVersions } from '../store/ask-registry.ts';
import { openNpmWorkPlace, type Npm } from '../store/run-npm.ts';
import type { Cleanup } from './cleanup.ts';

/** What asking takes: an npm for this host, by the way that a policy names. */
export interface Asking {
  readonly npmFor: (host: Host, egress: Egress | undefined) => Decision<Npm>;
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
  { npmFor, cleanup, onAsk }: Asking,
): Promise<readonly Finding[]> {
  if (!findings.some(isOfNpm)) return findings;
  const [host, egress] = [hostHere(), await egressIn(texts)];
  const npm = host && egress !== 'unknown' ? npmFor(host, egress) : undefined;
  const work = npm?.allowed ? openNpmWorkPlace(npm.granted) : undefined;
  if (!npm?.allowed || !work?.allowed) return findings;
  cleanup.add(() => work.granted.remove());

  const today = new Date().toISOString().slice(0, 10);
  const known = new Map<string, ReturnType<typeof askVersions>>();
  const told: Finding[] = [];
  for (const finding of findings) {
    if (isOfNpm(finding)) {
      const { name, wanted } = finding.floats;
      if (!known.has(name)) onAsk(name);
      const asked = known.get(name) ?? askVersions(name, work.granted, npm.granted);
      known.set(name, asked);
      const versions = await asked;
      const version = versions.allowed ? chooseVersion(versions.granted, wanted, today) : undefined;
      told.push(version ? withVersion(finding, version, texts) : finding);
    } else told.push(finding);
  }
  return told;
}

type OfNpm = Finding & { readonly floats: Floating };

function isOfNpm(finding: Finding): finding is OfNpm {
  return finding.floats?.kind === 'npm';
}

function hostHere(): Host | undefined {
  const account = ownAccount();
  const directories = account && ownDirectories(account, process.env);
  return account && directories?.allowed ? createHost(account, directories.granted, process.env) : undefined;
}

/** The way to the network of the strongest policy that has one. No other way is tried where it cannot be read. */
async function egressIn(texts: Texts): Promise<Egress | undefined | 'unknown'> {
  for (const [file, text] of texts) {
    const source = readSource(file, text);
    if (!source.allowed) return 'unknown';
    const egress = valueAt(source.granted.value, ['egress']);
    if (egress === undefined) continue;
    const alone = JSON.stringify({ version: 1, egress, servers: {} });
    const layer = await compileLayer('user', [{ file, text: alone }]);
    return layer.allowed ? layer.granted.layer.egress : 'unknown';
  }
  return undefined;
}

function withVersion(finding: OfNpm, { version, published }: Published, texts: Texts): Finding {
  const { name, spec } = finding.floats;
  const written = finding.place && textAt(finding.place, texts);
  const exact = `${name}@${version}`;
  const put = written?.includes(spec) ? written.replace(spec, () => exact) : exact;
  return { ...finding, hint: `write \`${put}\`${published === undefined ? '' : `, published ${published}`}` };
}

function textAt({ file, line, column, length }: Place, texts: Texts): string | undefined {
  const lines = texts.get(file)?.split('\n');
  return lines?.[line - 1]?.slice(column - 1, column - 1 + length);
}
