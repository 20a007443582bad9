import type { Host } from './host.ts';
import type { Mount, Plan } from './plan.ts';

/**
 * What every server sees of macOS: what the system's programs and libraries are made of, which is the same on every
 * Mac and holds no secret. Sources: Chromium's `sandbox/policy/mac/common.sb`, Codex's `seatbelt_base_policy.sbpl`, and
 * where dyld(1) looks; each place with what needs it.
 *
 * Not there: `/Applications`, `/opt` and `/usr/local` (what people install), `/Library` and every home (settings,
 * keychains, launch agents), `/private/tmp` and `/private/var/folders` (every program's), `/Volumes`.
 */
export function macosView(network: Plan['network'], _tmp: unknown, host: Host): readonly Mount[] {
  return [
    ...shown(SYSTEM, host),
    ...(network.mode === 'host' ? shown(NETWORK, host) : []),
    ...LINKS.flatMap((path) => linkAt(path, 'a name of the system’s', host)),
    { kind: 'devices', path: '/dev', because: { reason: 'null, zero, random, urandom' } },
  ];
}

const SYSTEM: Record<string, string> = {
  '/bin': 'the system’s programs',
  '/usr/bin': 'the system’s programs',
  '/usr/libexec': 'what the system’s programs start',
  '/usr/lib': 'dyld and the system’s libraries',
  '/usr/share': 'time zones, locales, terminals, Unicode tables',
  '/System/Library/Frameworks': 'the system’s libraries',
  '/System/Library/PrivateFrameworks': 'the system’s libraries, which the others load',
  '/System/Library/SubFrameworks': 'the system’s libraries, since macOS 15',
  '/System/Library/dyld': 'the libraries’ shared cache, until macOS 12',
  '/System/Cryptexes/OS': 'the libraries’ shared cache, since macOS 13',
  '/System/Volumes/Preboot/Cryptexes/OS': 'where that one lies',
  '/Library/Apple/usr': 'Rosetta, for programs of Intel’s processors',
  '/System/Library/CoreServices/SystemVersion.plist': 'the version of macOS',
  '/System/Library/CoreServices/SystemVersionCompat.plist': 'the version of macOS, for older programs',
  '/private/var/db/timezone': 'the time zones’ current tables',
  '/private/etc/ssl/openssl.cnf': 'what the system’s TLS libraries read',
};

/** Whom to trust and how to find them, of use only where there is a network. */
const NETWORK: Record<string, string> = {
  '/private/etc/hosts': '`host-network`',
  '/private/etc/services': '`host-network`',
  '/private/etc/resolv.conf': '`host-network`',
  '/private/var/run/resolv.conf': '`host-network`',
  '/private/etc/ssl/cert.pem': '`host-network`',
  '/private/etc/ssl/certs': '`host-network`',
};

/** Programs write these names, and the system keeps the files below `/private`. */
const LINKS = ['/etc', '/var', '/tmp', '/private/etc/localtime'];

function shown(places: Record<string, string>, host: Host): Mount[] {
  return Object.entries(places).flatMap(([path, reason]): Mount[] =>
    host.file(path) === undefined ? [] : [{ kind: 'bind', path, mode: 'read', because: { reason } }],
  );
}

/** A link shows where it leads, and nothing of what is there. */
function linkAt(path: string, reason: string, host: Host): Mount[] {
  const to = host.link(path);
  return to === undefined ? [] : [{ kind: 'link', path, to, because: { reason } }];
}
