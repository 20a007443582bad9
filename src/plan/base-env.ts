import type { Host } from './host.ts';
import type { EnvRule, Plan, Program } from './plan.ts';
import { AUTHORITIES, TEMPORARY, type Places } from './sandbox-paths.ts';

/** What every server gets: enough to run, nothing about the person or the machine but its time zone. */
export function baseEnv(
  program: Program,
  account: Plan['account'],
  network: Plan['network'],
  places: Places | undefined,
  host: Host,
): readonly EnvRule[] {
  const user = places?.user ?? account.name;
  return [
    ours('PATH', searchPath(program), 'the interpreter, then the system'),
    ours('HOME', places?.home ?? account.home, places?.fresh ?? 'of the account: `no-sandbox`'),
    ours('TMPDIR', places?.temporary ?? TEMPORARY, places?.fresh ?? 'the machine’s: `no-sandbox`'),
    ours('USER', user, 'what the server sees as its account'),
    ours('LOGNAME', user, 'what the server sees as its account'),
    ours('LANG', 'C.UTF-8', 'UTF-8, no habits of a country'),
    ours('TZ', timeZone(host), 'the machine’s time zone'),
    ours('PYTHONNOUSERSITE', '1', 'no packages from a home directory'),
    ours('DOTENV_CONFIG_QUIET', 'true', 'dotenv 17 prints a banner on stdout, which is the protocol’s'),
    ...(network.mode === 'hosts' ? wayOut(network) : []),
  ];
}

/**
 * For programs that ask a proxy, which is the only way to hosts that no entry spells out. Not for plain HTTP: what the
 * proxy takes is CONNECT, and programs send plain requests to one instead.
 */
function wayOut({ proxyPort, egress }: Extract<Plan['network'], { mode: 'hosts' }>): EnvRule[] {
  const proxy = `http://127.0.0.1:${proxyPort}`;
  const reason = 'the way to the hosts of `network`';
  return [
    ours('HTTPS_PROXY', proxy, reason),
    ours('https_proxy', proxy, reason),
    ours('NO_PROXY', 'localhost,127.0.0.1,::1', 'what listens in the sandbox itself'),
    ours('no_proxy', 'localhost,127.0.0.1,::1', 'what listens in the sandbox itself'),
    ours('NODE_USE_ENV_PROXY', '1', 'Node.js 22.21, 24.5 and newer ask a proxy only so'),
    ...(egress?.ca ? authoritiesOf(egress.ca.value) : []),
  ];
}

/** Node.js trusts them beside its own, and takes long to read many; the others want all in one file. */
function authoritiesOf(file: string): EnvRule[] {
  return [
    ours('NODE_EXTRA_CA_CERTS', file, '`egress.ca`'),
    ...TAKE_ALL.map((name) => ours(name, AUTHORITIES, 'the machine’s and `egress.ca`')),
  ];
}

/** OpenSSL and with it Python, curl, git, and requests and pip. */
const TAKE_ALL = ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'REQUESTS_CA_BUNDLE'];

/** Their names, for questions. */
export const BASE_NAMES: readonly string[] = [
  ...['PATH', 'HOME', 'TMPDIR', 'USER', 'LOGNAME', 'LANG', 'TZ'],
  ...['PYTHONNOUSERSITE', 'DOTENV_CONFIG_QUIET'],
];

function ours(name: string, value: string, reason: string): EnvRule {
  return { name, from: 'us', value, because: { reason } };
}

function searchPath({ interpreter }: Program): string {
  const own = interpreter?.real.slice(0, interpreter.real.lastIndexOf('/'));
  return [...new Set([...(own ? [own] : []), '/usr/bin', '/bin'])].join(':');
}

/** /etc/localtime is a link to the zone's file, by localtime(5). */
function timeZone(host: Host): string {
  return host.link('/etc/localtime')?.split('/zoneinfo/')[1] ?? 'UTC';
}
