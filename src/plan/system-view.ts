import type { Host } from './host.ts';
import type { Placed } from '../policy/policy.ts';
import { heldBind } from './mount-grants.ts';
import { WRITTEN } from './decide-limits.ts';
import type { Mount, Plan } from './plan.ts';
import { AUTHORITIES, HOME, INNER_USER, TEMPORARY } from './sandbox-paths.ts';

/**
 * What every confined server sees of the machine: the distribution's programs and libraries, which are the same on
 * every machine and hold no secret, and a synthetic account database in place of the machine's.
 *
 * Not there: `/usr/local` and `/opt` (the administrator's), `/run` and `/var` (sockets: a read-only bind does not stop
 * connect(2)), `/sys`, `/etc` as such, every home.
 */
export function systemView(network: Plan['network'], tmp: Plan['limits']['tmp'], host: Host): readonly Mount[] {
  const system = SYSTEM.flatMap((path) => mirrored(path, 'the system’s programs and libraries', host));
  const settings = SETTINGS.flatMap((path) => mirrored(path, 'what the system’s libraries read', host));
  const outside = (VIEW_OF[network.mode] ?? []).flatMap((path) =>
    mirrored(path, 'of use where there is a network', host),
  );
  const large = tmp?.value ?? SMALL;
  const small = tmp?.because.reason === WRITTEN ? large : Math.min(large, SMALL);
  const egress = network.mode === 'hosts' ? network.egress?.ca : undefined;
  const texts = Object.entries({ ...TEXTS, '/etc/hosts': hostsFile(network) }).map(([path, text]): Mount => ({
    kind: 'text',
    path,
    text,
    because: { reason: 'in place of the machine’s' },
  }));
  const fresh: Mount[] = [
    { kind: 'processes', path: '/proc', because: { reason: 'its own processes alone' } },
    { kind: 'devices', path: '/dev', because: { reason: 'null, zero, full, random, urandom' } },
    memory('/dev/shm', small),
    memory(TEMPORARY, large),
    memory(HOME, small),
  ];
  return [
    ...system,
    ...settings,
    ...fresh,
    ...texts.filter(({ path }) => !outside.some((mount) => mount.path === path)),
    ...outside,
    ...(egress ? authoritiesOf(egress, host) : []),
  ];
}

/** A company’s alone, and after the machine’s: programs take the one or the other. */
function authoritiesOf({ value, at }: Placed<string>, host: Host): Mount[] {
  const source = host.real(value) ?? value;
  const before = BUNDLES.find((path) => host.file(path)?.kind === 'file') ?? '/dev/null';
  const file = host.file(source);
  const because = { reason: '`egress.ca`', at };
  const held = file && { device: file.device, inode: file.inode };
  return [
    heldBind(source, 'read', because, host),
    ...(held ? [{ kind: 'joined', path: AUTHORITIES, before, source, held, because } as const] : []),
  ];
}

/** Debian and Arch, Fedora, openSUSE. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];

function hostsFile(network: Plan['network']): string {
  const names = network.mode === 'hosts' ? new Map(network.names.map(({ name, address }) => [name, address])) : [];
  return [
    '127.0.0.1 localhost',
    '::1 localhost',
    ...[...names].map(([name, address]) => `${address} ${name}`),
    '',
  ].join('\n');
}

/** Each mount costs a fifth of a millisecond of every start: what is not needed to run is not there. */
const SYSTEM = [
  '/usr/bin',
  '/usr/lib',
  '/usr/lib32',
  '/usr/lib64',
  '/usr/libx32',
  '/usr/libexec',
  '/usr/share',
  '/bin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
];

const SETTINGS = [
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/localtime',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/openssl.cnf',
];

/** Whom to trust. */
const TRUST = ['/etc/ssl/certs', '/etc/ca-certificates', '/etc/pki/ca-trust/extracted', '/etc/pki/tls/certs'];

/** How names are found is told only where the server looks them up by itself. */
const VIEW_OF: Partial<Record<Plan['network']['mode'], readonly string[]>> = {
  hosts: TRUST,
  host: ['/etc/resolv.conf', '/etc/hosts', ...TRUST],
};

const TEXTS: Record<string, string> = {
  '/etc/passwd': `${INNER_USER.name}:x:${INNER_USER.uid}:${INNER_USER.gid}::${HOME}:/bin/sh\n`,
};

/** As it is on the machine: a link stays a link (`/bin` on most systems), a directory is bound. */
function mirrored(path: string, reason: string, host: Host): Mount[] {
  const to = host.link(path);
  const target = to === undefined ? path : host.real(path);
  if (target === undefined || host.file(target) === undefined) return [];
  // A link out of what is visible would dangle: then the file itself is bound in the link's place.
  if (to !== undefined && SYSTEM.some((root) => target === root || target.startsWith(`${root}/`)))
    return [{ kind: 'link', path, to, because: { reason } }];
  return [{ kind: 'bind', path, mode: 'read', because: { reason } }];
}

function memory(path: string, bytes: number): Mount {
  return { kind: 'memory', path, bytes, because: { reason: 'fresh, in memory, gone with the server' } };
}

/** Bytes of what is not for large files, unless the policy says how large. */
export const SMALL = 64 * 1024 * 1024;
