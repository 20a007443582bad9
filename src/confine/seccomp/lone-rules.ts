import type { Rule } from './rule.ts';

const RULES: readonly Omit<Rule, 'addedBy'>[] = [
  {
    calls: ['socket'],
    only: { words: 'of any family', tests: [{ argument: 0, is: 'one of', values: [1, 2, 10, 16] }] },
    answer: 'EAFNOSUPPORT',
    reason:
      'there is no network of its own: Landlock refuses TCP alone, and behind sockets with a path, such as those of D-Bus and docker, others act for whoever asks',
    source: 'landlock(7); LANDLOCK_ACCESS_FS_RESOLVE_UNIX is younger than Linux 6.18',
  },
  {
    calls: ['socketpair'],
    only: {
      words: 'of a type other than stream and seqpacket',
      tests: [{ argument: 1, mask: 0xf, is: 'none of', values: [1, 5] }],
    },
    answer: 'ESOCKTNOSUPPORT',
    reason: 'one of a datagram pair sends wherever it is told to, past its other end',
    source: 'unix_dgram_sendmsg() of the kernel; unix(7)',
  },
  {
    calls: ['connect', 'bind'],
    answer: 'EPERM',
    reason: 'as socket(2), for what is a socket already',
    source: 'as above',
  },
  {
    calls: ['chmod', 'fchmod', 'fchmodat', 'fchmodat2', 'chown', 'fchown', 'lchown', 'fchownat'],
    answer: 'EPERM',
    reason: 'Landlock does not see it: every file of the account could be closed to it or opened to others',
    source: 'landlock(7), "Current limitations"',
  },
  {
    calls: ['utime', 'utimes', 'futimesat', 'utimensat'],
    answer: 'EPERM',
    reason: 'Landlock does not see it: every file of the account could be given another time',
    source: 'landlock(7), "Current limitations"',
  },
  {
    calls: [
      ...(['setxattr', 'lsetxattr', 'fsetxattr', 'setxattrat'] as const),
      ...(['removexattr', 'lremovexattr', 'fremovexattr', 'removexattrat', 'file_setattr'] as const),
    ],
    answer: 'EPERM',
    reason: 'Landlock does not see it, and POSIX access lists are extended attributes: as chmod(2)',
    source: 'landlock(7), "Current limitations"; acl(5)',
  },
  {
    calls: ['ioctl'],
    only: {
      words: 'with FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR or FS_IOC_ENABLE_VERITY',
      tests: [{ argument: 1, is: 'one of', values: [0x40086602, 0x40046602, 0x401c5820, 0x40806685] }],
    },
    answer: 'EPERM',
    reason: 'attributes of files that may only be read',
    source: 'linux/fs.h, linux/fsverity.h',
  },
  {
    calls: ['inotify_init', 'inotify_init1', 'inotify_add_watch'],
    answer: 'ENOSYS',
    reason: 'Landlock does not see it: tells the names of files in directories that may not be read',
    source: 'inotify(7), landlock(7)',
  },
  {
    calls: [
      ...(['shmget', 'shmat', 'shmctl', 'msgget', 'msgsnd', 'msgrcv', 'msgctl'] as const),
      ...(['semget', 'semop', 'semctl', 'semtimedop', 'mq_open', 'mq_unlink'] as const),
    ],
    answer: 'ENOSYS',
    reason: 'there is no ipc namespace: what programs of the account share by number or name is theirs alone',
    source: 'sysvipc(7), mq_overview(7)',
  },
  ...[
    { calls: ['prlimit64', 'sched_setaffinity', 'sched_setparam', 'sched_setattr'] as const, argument: 0 as const },
    { calls: ['sched_setscheduler'] as const, argument: 0 as const },
    { calls: ['setpriority', 'ioprio_set'] as const, argument: 1 as const },
  ].map(({ calls, argument }): Omit<Rule, 'addedBy'> => ({
    calls,
    only: { words: 'of another thread', tests: [{ argument, is: 'none of', values: [0] }] },
    answer: 'EPERM',
    reason: 'there is no pid namespace: every process of the account could be starved, or ended by a limit',
    source: 'prlimit(2), sched(7); no hook of Landlock',
  })),
  {
    calls: ['setpriority'],
    only: {
      words: 'of a group or an account',
      tests: [{ argument: 0, is: 'none of', values: [0] }],
    },
    answer: 'EPERM',
    reason: 'as above',
    source: 'setpriority(2)',
  },
  {
    calls: ['ioprio_set'],
    only: {
      words: 'of a group or an account',
      tests: [{ argument: 0, is: 'none of', values: [1] }],
    },
    answer: 'EPERM',
    reason: 'as above',
    source: 'ioprio_set(2)',
  },
];

/** What namespaces and mounts keep away from a server, where it has none: what Landlock does not see of that. */
export const LONE_RULES: readonly Rule[] = RULES.map((rule) => ({ ...rule, addedBy: 'landlock' }));
