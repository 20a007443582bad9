import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { rootCertificates } from 'node:tls';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { codeOf } from '../host/system-error.ts';
import { PYPI, readPipConfig, type PipConfig } from '../lock/pip-config.ts';
import type { Waiting } from '../lock/waiting.ts';
import type { Host } from '../plan/host.ts';
import type { Egress } from '../policy/policy.ts';
import { hostOf, readTrusted } from './npm-settings.ts';

/** By which way wheels are fetched. Nothing secret is in it. */
export interface PipSettings {
  readonly index: string;
  /** Beside the index, where its wheels lie. */
  readonly files: readonly string[];
  /** `http://HOST:PORT` */
  readonly proxy: string | undefined;
  /** PEM: whom to trust, all of them; empty for those that pip trusts by itself. */
  readonly ca: string;
  readonly waiting: Waiting;
}

/**
 * What the system and the account say of pip's index, in their own files: never what a project says, and never a variable
 * that a client sets. One index: where a name can come from two, whoever takes it in the other one chooses what is installed.
 */
export function pipSettings(host: Host, python: string, egress: Egress | undefined): Decision<PipSettings> {
  const texts: string[] = [];
  for (const file of pipFiles(host, python)) {
    const read = readTrusted(file, host.account.uid);
    if (!read.allowed) return read;
    texts.push(read.granted);
  }
  const config = readPipConfig(texts);
  const fault = faultOf(config);
  if (fault) return deny(fault);
  const proxy = egress?.proxy?.value ?? proxyOf(config);
  if (typeof proxy === 'object') return deny(proxy);
  const ca = readAuthorities(config, egress, host.variable('NODE_EXTRA_CA_CERTS'));
  if (!ca.allowed) return ca;
  const files = hostOf(config.index)?.name === hostOf(PYPI)?.name ? [PYPI_FILES] : [];
  return allow({ index: config.index, files, proxy, ca: ca.granted, waiting: config.waiting });
}

/** Where PyPI keeps what it lists. */
const PYPI_FILES = 'https://files.pythonhosted.org/';

/** The weakest first, as pip has it: the system's, the account's, that of this Python. */
function pipFiles({ account: { home }, platform }: Host, python: string): readonly string[] {
  const mac = 'Library/Application Support/pip/pip.conf';
  const [system, own] = platform === 'darwin' ? [[`/${mac}`], [`${home}/${mac}`]] : [['/etc/xdg/pip/pip.conf'], []];
  const account = [`${home}/.pip/pip.conf`, `${home}/.config/pip/pip.conf`];
  return [...system, '/etc/pip.conf', ...account, ...own, `${dirname(dirname(python))}/pip.conf`];
}

function faultOf({ index, others, clientCert }: PipConfig): Finding | undefined {
  const [other] = others;
  if (other !== undefined)
    return refusal(
      'lock-failed',
      `pip’s configuration has \`${other}\`: then a package may come from elsewhere than its index, by the same name`,
      'write one `index-url` into pip.conf that has all packages, and take the others out; `pip config debug` shows which file',
    );
  if (clientCert !== undefined) return unsupported('pip’s configuration has a `client-cert`, which is a secret');
  const url = URL.canParse(index) ? new URL(index) : undefined;
  // Not shown: whatever is in it.
  if (url && (url.username !== '' || url.password !== ''))
    return unsupported(`\`index-url\` of pip’s configuration signs in to ${url.host}`);
  const host = hostOf(index);
  if (url?.protocol === 'https:' && host?.kind === 'name' && host.name !== 'localhost') return undefined;
  return refusal(
    'lock-failed',
    `\`index-url\` of pip’s configuration is no index that a confined pip can ask: it is none of \`https://NAME/…\``,
    'write the index by `https` and by a name that leads to it, which `localhost` and an address do not',
  );
}

function unsupported(what: string): Finding {
  return refusal(
    'lock-failed',
    `${what}, and this version hands no secret to pip`,
    'use an index that needs none, or a proxy index in your network that signs in by itself',
  );
}

function proxyOf({ proxy }: PipConfig): string | undefined | Finding {
  if (proxy === undefined) return undefined;
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === 'http:' && url.username === '' && url.password === '')
    return `http://${url.hostname}:${url.port || '80'}`;
  return refusal(
    'lock-failed',
    'the proxy of pip’s configuration takes a password, or is none of `http://HOST:PORT`',
    'write it out, without secrets, or `egress: { proxy: … }` into the policy',
  );
}

/** pip takes one file for all whom it trusts: what comes beside its own is put behind those that Node.js knows. */
function readAuthorities({ cert }: PipConfig, egress: Egress | undefined, extra: string | undefined): Decision<string> {
  const more = [egress?.ca?.value, extra].filter((file) => file !== undefined && file !== '');
  if (cert === undefined && more.length === 0) return allow('');
  const texts = cert === undefined ? [...rootCertificates] : [];
  for (const file of new Set([cert, ...more].filter((one) => one !== undefined))) {
    try {
      texts.push(readFileSync(file, 'utf8'));
    } catch (error) {
      const hint = 'correct `cert` of pip’s configuration, `NODE_EXTRA_CA_CERTS`, or `egress.ca`';
      return deny(refusal('lock-failed', `the certificates in ${file} cannot be read (${codeOf(error)})`, hint));
    }
  }
  return allow(texts.join('\n'));
}
