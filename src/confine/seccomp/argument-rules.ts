import type { Rule } from './rule.ts';

// linux/sched.h: CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET. CLONE_NEWTIME (0x80) lies where clone(2) has the
// signal for the parent, and works with unshare(2) alone.
const NEW_BY_CLONE = 0x7e020000;
const NEW_BY_UNSHARE = 0x7e020080;

// asm-generic/ioctls.h
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

// linux/personality.h: PER_LINUX, PER_LINUX32, UNAME26, both, and the question which it is.
const HARMLESS_PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];

// linux/socket.h, linux/netlink.h
const AF = { UNIX: 1, INET: 2, INET6: 10, NETLINK: 16 } as const;
const NETLINK_ROUTE = 0;
// SOCK_TYPE_MASK of linux/net.h: the rest of the argument is SOCK_CLOEXEC and SOCK_NONBLOCK.
const SOCKET_TYPE = 0xf;
const STREAM_DATAGRAM_RAW = [1, 2, 3];
// linux/in.h: whatever belongs to the type, ICMP, TCP, UDP, ICMPv6.
const INTERNET_PROTOCOLS = [0, 1, 6, 17, 58];

/** Calls that programs need, and must not have with every argument. */
export const ARGUMENT_RULES: readonly Rule[] = [
  {
    calls: ['clone'],
    only: {
      words: 'with a flag for a new namespace',
      tests: [{ argument: 0, mask: NEW_BY_CLONE, is: 'none of', values: [0] }],
    },
    answer: 'EPERM',
    liftedBy: 'nestedNamespaces',
    reason: 'in a user namespace of its own a program is root: it undoes mounts, and reaches code meant for root alone',
    source: 'Flatpak, Docker; user_namespaces(7), CVE-2022-0185',
  },
  {
    calls: ['unshare'],
    only: {
      words: 'with a flag for a new namespace',
      tests: [{ argument: 0, mask: NEW_BY_UNSHARE, is: 'none of', values: [0] }],
    },
    answer: 'EPERM',
    liftedBy: 'nestedNamespaces',
    reason: 'as clone(2) with such a flag',
    source: 'Flatpak, Docker; unshare(2)',
  },
  {
    calls: ['personality'],
    only: {
      words: 'other than Linux, its 32-bit name and the question which it is',
      tests: [{ argument: 0, is: 'none of', values: HARMLESS_PERSONALITIES }],
    },
    answer: 'EPERM',
    reason: 'switches the randomness of addresses off and makes readable memory executable',
    source: 'Docker (the same five values), Flatpak; CVE-2009-1895',
  },
  {
    calls: ['ioctl'],
    only: {
      words: 'with TIOCSTI or TIOCLINUX',
      tests: [{ argument: 1, is: 'one of', values: [TIOCSTI, TIOCLINUX] }],
    },
    answer: 'EPERM',
    reason: 'types into a terminal as if the person did',
    source: 'Flatpak; CVE-2017-5226, CVE-2019-10063, CVE-2023-28100',
  },
  {
    calls: ['socket'],
    only: {
      words: 'of a family other than AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK',
      tests: [{ argument: 0, is: 'none of', values: [AF.UNIX, AF.INET, AF.INET6, AF.NETLINK] }],
    },
    answer: 'EAFNOSUPPORT',
    reason: 'AF_VSOCK reaches the machine below from every network namespace; of the others each is much rare code',
    source: 'Flatpak; CVE-2016-8655 (packet), CVE-2021-43267 (tipc), CVE-2021-26708 (vsock)',
  },
  {
    calls: ['socket'],
    only: {
      words: 'of AF_NETLINK other than NETLINK_ROUTE',
      tests: [
        { argument: 0, is: 'one of', values: [AF.NETLINK] },
        { argument: 2, is: 'none of', values: [NETLINK_ROUTE] },
      ],
    },
    answer: 'EPROTONOSUPPORT',
    reason: 'addresses and interfaces are what libraries ask for; firewalls, audit and the like are not for servers',
    source: 'netlink(7); CVE-2024-1086 (nf_tables)',
  },
  {
    calls: ['socket'],
    only: {
      words: 'of AF_INET or AF_INET6 of a type other than stream, datagram and raw',
      tests: [
        { argument: 0, is: 'one of', values: [AF.INET, AF.INET6] },
        { argument: 1, mask: SOCKET_TYPE, is: 'none of', values: STREAM_DATAGRAM_RAW },
      ],
    },
    answer: 'ESOCKTNOSUPPORT',
    reason: 'DCCP and SCTP, whose modules the kernel loads for whoever asks',
    source: 'CVE-2017-6074, CVE-2021-23133',
  },
  {
    calls: ['socket'],
    only: {
      words: 'of AF_INET or AF_INET6 for a protocol other than TCP, UDP and ICMP',
      tests: [
        { argument: 0, is: 'one of', values: [AF.INET, AF.INET6] },
        { argument: 2, is: 'none of', values: INTERNET_PROTOCOLS },
      ],
    },
    answer: 'EPROTONOSUPPORT',
    reason: 'SCTP, L2TP, UDP-Lite, MPTCP: as above; libraries that try MPTCP take TCP then',
    source: 'CVE-2016-10200, CVE-2021-23133',
  },
  {
    calls: ['socketpair'],
    only: { words: 'of a family other than AF_UNIX', tests: [{ argument: 0, is: 'none of', values: [AF.UNIX] }] },
    answer: 'EAFNOSUPPORT',
    reason: 'as socket(2)',
    source: 'socketpair(2): on Linux AF_UNIX alone, and AF_TIPC',
  },
];
