import type { Expression } from './expression.ts';

type Rule = readonly Expression[];

/**
 * What every profile begins with. Nothing is allowed that no rule names, and the second line is for what Seatbelt
 * otherwise allows in spite of the first: the rules below allow parts of it again, and where two apply, the later wins.
 */
export const CLOSED: readonly Rule[] = [
  ['version', '1'],
  ['deny', 'default'],
  ['deny', 'file-map-executable', 'process-info*', 'nvram*', 'iokit-get-properties'],
];

/**
 * Services of the system that a server may ask, closed: each can act with rights of its own. So not the ones behind
 * `open`, Apple events and the pasteboard (they start and steer other programs), the keychain and its trust settings,
 * preferences, or DNS.
 */
const SERVICES: Record<string, string> = {
  'com.apple.system.opendirectoryd.libinfo': 'getpwuid(3): without it Node’s os.userInfo() and Python’s pwd fail',
};

const NETWORK_SERVICES: Record<string, string> = {
  'com.apple.SystemConfiguration.configd': 'which name servers and proxies there are',
  'com.apple.SystemConfiguration.DNSConfiguration': 'which name servers there are',
  'com.apple.trustd.agent': 'whether a certificate is good: programs in Go and Swift ask it',
};

/** Facts about processor, memory and system. Not other processes: `kern.proc` and `kern.procargs2` tell of them. */
const FACTS: Record<string, readonly string[]> = {
  'the processors: os.cpus(), thread pools': [
    ...['hw.activecpu', 'hw.ncpu', 'hw.logicalcpu', 'hw.logicalcpu_max', 'hw.physicalcpu', 'hw.physicalcpu_max'],
    ...['hw.nperflevels', 'hw.packages', 'hw.machine', 'hw.model', 'hw.cputype', 'hw.cpusubtype', 'hw.cpufamily'],
    ...['hw.cpusubfamily', 'hw.cpufrequency', 'hw.tbfrequency', 'hw.byteorder', 'hw.vectorunit', 'hw.cacheconfig'],
    ...['hw.cachelinesize', 'hw.cachelinesize_compat', 'machdep.cpu.brand_string', 'sysctl.proc_cputype'],
    'sysctl.proc_translated',
  ],
  'memory: allocators, os.totalmem()': ['hw.memsize', 'hw.pagesize', 'hw.pagesize_compat', 'kern.usrstack64'],
  'limits: how long arguments are, how many files and processes': [
    ...['kern.argmax', 'kern.maxfilesperproc', 'kern.maxproc', 'kern.ngroups'],
  ],
  'the system: os.release(), os.hostname(), os.uptime(), os.loadavg()': [
    ...['kern.ostype', 'kern.osrelease', 'kern.osversion', 'kern.osproductversion', 'kern.osvariant_status'],
    ...['kern.version', 'kern.hostname', 'kern.boottime', 'kern.secure_kernel', 'vm.loadavg'],
  ],
};

/** What a processor can: V8 and libraries for cryptography choose their code by it. */
const FACTS_BELOW = ['hw.optional.', 'hw.perflevel', 'machdep.cpu.'];

/** What a process needs to live, whichever it is. */
export const LIFE: readonly Rule[] = [
  ['allow', 'process-fork'],
  // Its own tree alone: what it started has the same sandbox, and nothing else has.
  ['allow', 'signal', 'process-info*', ['target', 'self'], ['target', 'same-sandbox']],
  ['allow', 'sysctl-read', ...Object.values(FACTS).flat().map(named('sysctl-name'))],
  ['allow', 'sysctl-read', ...FACTS_BELOW.map(named('sysctl-name-prefix'))],
  ['allow', 'mach-lookup', ...Object.keys(SERVICES).map(named('global-name'))],
  // Python's multiprocessing makes its locks of them. They carry a number, and no data.
  ['allow', 'ipc-posix-sem'],
  // Programs look at `/` itself before they go down a path: without it, some are ended before their first line.
  ['allow', 'file-read*', ['literal', { text: '/' }]],
];

/** Of `/dev`: no terminals, no disks. What `/dev/fd` has is the process's own. */
export const DEVICES: readonly Rule[] = [
  ['allow', 'file-read*', ...['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom'].map(named('literal'))],
  ['allow', 'file-write-data', ...['/dev/null', '/dev/zero'].map(named('literal'))],
  ['allow', 'file-read*', 'file-write-data', ['subpath', { text: '/dev/fd' }]],
];

/** Programs whose work is to have another process do something: none of it would be confined. */
export const BROKERS: readonly string[] = [
  ...['/usr/bin/open', '/usr/bin/osascript', '/usr/bin/automator', '/usr/bin/shortcuts', '/bin/launchctl'],
  ...['/usr/bin/security', '/usr/bin/pbcopy', '/usr/bin/pbpaste', '/usr/bin/at', '/usr/bin/crontab'],
  ...['/usr/bin/defaults', '/usr/bin/tccutil'],
];

/**
 * `unsafe: [host-network]`: every address, and of the machine's sockets the one that resolves names. Not the others:
 * who listens on them (docker, an SSH agent) acts with rights of its own.
 */
export const WHOLE_NETWORK: readonly Rule[] = [
  ['allow', 'network-outbound', ['remote', 'ip', { text: '*:*' }]],
  ['allow', 'network-bind', 'network-inbound', ['local', 'ip', { text: '*:*' }]],
  ['allow', 'network-outbound', ['literal', { text: '/private/var/run/mDNSResponder' }]],
  ['allow', 'system-socket'],
  ['allow', 'sysctl-read', ['sysctl-name-prefix', { text: 'net.routetable' }]],
  ['allow', 'mach-lookup', ...Object.keys(NETWORK_SERVICES).map(named('global-name'))],
];

function named(filter: string): (text: string) => Expression {
  return (text) => [filter, { text }];
}
