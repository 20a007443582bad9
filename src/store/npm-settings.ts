import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { stepsOf } from '../host/host.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { isDirect, readNpmConfig, type NpmConfig } from '../lock/npm-config.ts';
import type { Waiting } from '../lock/waiting.ts';
import { custody } from '../match/custody.ts';
import { canonicalHost, type HostPattern } from '../match/host-pattern.ts';
import type { Host } from '../plan/host.ts';
import type { Egress } from '../policy/policy.ts';

/** By which way packages are fetched. Nothing secret is in it. */
export interface NpmSettings {
  readonly registry: string;
  readonly scopes: Readonly<Record<string, string>>;
  /** `http://HOST:PORT` */
  readonly proxy: string | undefined;
  /** PEM: whom to trust beside the authorities that Node.js knows, or in their place. */
  readonly ca: string;
  readonly replacesAuthorities: boolean;
  readonly signedIn: readonly string[];
  readonly waiting: Waiting;
}

/**
 * What the system and the account say of npm's registries, in their own files: never what a project says, which whoever
 * wrote the project says, and never a variable that a client sets. `egress` of the policy comes before npm's proxy.
 */
export function npmSettings(host: Host, npmRoot: string, egress: Egress | undefined): Decision<NpmSettings> {
  const files = npmrcFiles(host, npmRoot);
  const texts: string[] = [];
  for (const file of files) {
    const read = readTrusted(file, host.account.uid);
    if (!read.allowed) return read;
    texts.push(read.granted);
  }
  const config = readNpmConfig(texts);
  const open = [config.registry, ...Object.values(config.scopes), config.proxy ?? '', config.caFile ?? ''];
  const variable = open.find((value) => value.includes('${'));
  if (variable !== undefined) return deny(unsupported(`\`${variable}\` in npm’s configuration takes a variable`));
  const unnamed = registriesOf(config).find((address) => hostOf(address)?.kind !== 'name' || isLocalhost(address));
  if (unnamed !== undefined)
    return deny(
      refusal(
        'lock-failed',
        `${unnamed} is no registry that a confined npm can ask: its host has no name that leads to it`,
        'write the registry in npm’s configuration as `https://NAME/`, by a name that is not `localhost`',
      ),
    );
  const proxy = egress?.proxy?.value ?? proxyOf(config);
  if (typeof proxy === 'object') return deny(proxy);
  const ca = readAuthorities(config, egress, host.variable('NODE_EXTRA_CA_CERTS'));
  if (!ca.allowed) return ca;
  return allow({
    registry: config.registry,
    scopes: config.scopes,
    proxy,
    ca: ca.granted,
    replacesAuthorities: config.caFile !== undefined || config.ca.length > 0,
    signedIn: config.signedIn,
    waiting: config.waiting,
  });
}

/** The weakest first, as npm has it: npm's own, the system's, the account's. */
function npmrcFiles({ account, node }: Host, npmRoot: string): readonly string[] {
  const prefix = `${dirname(dirname(node))}/etc/npmrc`;
  return [...new Set([`${npmRoot}/npmrc`, '/etc/npmrc', prefix, `${account.home}/.npmrc`])];
}

/** Empty where there is none. Who may write it chooses where packages come from. */
export function readTrusted(file: string, uid: number): Decision<string> {
  try {
    const keeper = custody(stepsOf(file), uid);
    if (keeper.of === 'others')
      return deny(
        refusal(
          'lock-failed',
          `${file} chooses where packages come from, and ${keeper.path} can be written by other accounts`,
          keeper.fault === 'writable' ? `\`chmod go-w ${keeper.path}\`` : `\`sudo chown root ${keeper.path}\``,
        ),
      );
    return allow(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isAbsent(error)) return allow('');
    return deny(refusal('lock-failed', `${file} cannot be read (${codeOf(error)})`, `\`namei -l ${file}\``));
  }
}

/** The proxy that npm would take for its registry. */
function proxyOf({ proxy, noProxy, registry }: NpmConfig): string | undefined | Finding {
  if (proxy === undefined) return undefined;
  const [host, url] = [hostOf(registry)?.name, urlOf(proxy)];
  if (host !== undefined && isDirect(host, noProxy)) return undefined;
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '')
    return unsupported('the proxy of npm’s configuration takes a password, or is none of `http://HOST:PORT`');
  return `http://${url.hostname}:${url.port || '80'}`;
}

function readAuthorities(config: NpmConfig, egress: Egress | undefined, extra: string | undefined): Decision<string> {
  const files = [config.caFile, egress?.ca?.value, extra].filter((file) => file !== undefined && file !== '');
  const texts = [...config.ca];
  for (const file of new Set(files)) {
    try {
      texts.push(readFileSync(String(file), 'utf8'));
    } catch (error) {
      const hint = 'correct `cafile` of npm’s configuration, `NODE_EXTRA_CA_CERTS`, or `egress.ca`';
      return deny(refusal('lock-failed', `the certificates in ${file} cannot be read (${codeOf(error)})`, hint));
    }
  }
  return allow(texts.join('\n'));
}

function unsupported(what: string): Finding {
  return refusal('lock-failed', `${what}, and this version does not hand it to npm`, 'write it out, without secrets');
}

/** The host of a registry's address, with its port; undefined where it is none that can be asked. */
export function hostOf(address: string): HostPattern | undefined {
  const url = urlOf(address);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') return undefined;
  const name = canonicalHost(url.hostname);
  if (name === undefined) return undefined;
  const isAddress = name.includes(':') || /^[\d.]+$/.test(name);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return { kind: isAddress ? 'address' : 'name', name, port };
}

function urlOf(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** Inside, it is the sandbox itself. */
function isLocalhost(address: string): boolean {
  return hostOf(address)?.name === 'localhost';
}

/** Every registry that may be asked. */
export function registriesOf({ registry, scopes }: Pick<NpmSettings, 'registry' | 'scopes'>): readonly string[] {
  return [...new Set([registry, ...Object.values(scopes)])];
}
