import { describe, expect, test } from 'vitest';
import { rulesUnder, seccompFilter } from '../../../src/confine/seccomp/filter.ts';
import { ERRORS } from '../../../src/confine/seccomp/rule.ts';
import { numberOf, type SystemCall } from '../../../src/confine/seccomp/syscalls.ts';
import { runFilter } from '../../kit/bpf-machine.ts';

const FILTERS = {
  x64: { arch: 0xc000003e, program: seccompFilter('x64', { nestedNamespaces: false, landlock: true }) },
  arm64: { arch: 0xc00000b7, program: seccompFilter('arm64', { nestedNamespaces: false, landlock: true }) },
};
const ANSWERS = new Map([
  [0x7fff0000, 'allowed'],
  ...Object.entries(ERRORS).map(([name, number]) => [0x50000 + number, name] as const),
]);

/** The same on every architecture that has the call. */
function ask(call: SystemCall, args: readonly bigint[] = []): string {
  const answers = (['x64', 'arm64'] as const).flatMap((architecture) => {
    const nr = numberOf(call, architecture);
    const { arch, program } = FILTERS[architecture];
    return nr === undefined ? [] : [ANSWERS.get(runFilter(program, { nr, arch, args }))];
  });
  return [...new Set(answers)].join(' and ');
}

const HIGH = 1n << 32n;

describe('a server without namespaces', () => {
  test.each<[title: string, call: SystemCall, expected: string, args: bigint[]]>([
    ['no socket of AF_UNIX', 'socket', 'EAFNOSUPPORT', [1n, 1n, 0n]],
    ['none of AF_INET for TCP', 'socket', 'EAFNOSUPPORT', [2n, 1n, 6n]],
    ['none of AF_INET for UDP, that does not block', 'socket', 'EAFNOSUPPORT', [2n, 0x80802n, 0n]],
    ['none of AF_INET6, with a high bit', 'socket', 'EAFNOSUPPORT', [HIGH | 10n, 2n, 58n]],
    ['none of AF_NETLINK', 'socket', 'EAFNOSUPPORT', [16n, 0x80003n, 0n]],
    ['none of AF_VSOCK', 'socket', 'EAFNOSUPPORT', [40n, 1n, 0n]],
    ['a pair of streams', 'socketpair', 'allowed', [1n, 1n, 0n]],
    ['a pair of streams that does not block', 'socketpair', 'allowed', [1n, 0x80801n, 0n]],
    ['a pair of packets in a row', 'socketpair', 'allowed', [1n, 5n, 0n]],
    ['no pair of datagrams', 'socketpair', 'ESOCKTNOSUPPORT', [1n, 2n, 0n]],
    ['no raw pair, which is one of datagrams', 'socketpair', 'ESOCKTNOSUPPORT', [1n, 3n, 0n]],
    ['its own limits', 'prlimit64', 'allowed', [0n, 7n]],
    ['no limits of another', 'prlimit64', 'EPERM', [4711n, 7n]],
    ['its own priority', 'setpriority', 'allowed', [0n, 0n, 19n]],
    ['no priority of another', 'setpriority', 'EPERM', [0n, 4711n, 19n]],
    ['no priority of its whole account', 'setpriority', 'EPERM', [2n, 0n, 19n]],
    ['its own priority of reading and writing', 'ioprio_set', 'allowed', [1n, 0n, 0n]],
    ['not that of its whole account', 'ioprio_set', 'EPERM', [3n, 0n, 0n]],
    ['its own processors', 'sched_setaffinity', 'allowed', [0n]],
    ['not those of another', 'sched_setaffinity', 'EPERM', [4711n]],
    ...(['sched_setparam', 'sched_setattr', 'sched_setscheduler'] as const).map(
      (call): [string, SystemCall, string, bigint[]] => ['no turn of another', call, 'EPERM', [4711n]],
    ),
    ['the size of a terminal', 'ioctl', 'allowed', [0n, 0x5413n]],
    ['no typing into one', 'ioctl', 'EPERM', [0n, 0x5412n]],
    ['no flags of a file', 'ioctl', 'EPERM', [0n, 0x40086602n]],
    ['no flags of a file, as 32-bit programs set them', 'ioctl', 'EPERM', [0n, 0x40046602n]],
    ['no attributes of a file', 'ioctl', 'EPERM', [0n, 0x401c5820n]],
    ['no seal on a file', 'ioctl', 'EPERM', [0n, 0x40806685n]],
    ['no namespace', 'unshare', 'EPERM', [0x10000000n]],
    ['a thread', 'clone', 'allowed', [0x3d0f00n]],
  ])('has %s: `%s` is %s', (_title, call, expected, args) => {
    expect(ask(call, args)).toBe(expected);
  });

  test.each<[why: string, answer: string, calls: readonly SystemCall[]]>([
    ['no place of a socket', 'EPERM', ['connect', 'bind']],
    [
      'no rights of files',
      'EPERM',
      ['chmod', 'fchmod', 'fchmodat', 'fchmodat2', 'chown', 'fchown', 'lchown', 'fchownat'],
    ],
    ['no times of files', 'EPERM', ['utime', 'utimes', 'futimesat', 'utimensat']],
    ['no attributes', 'EPERM', ['setxattr', 'lsetxattr', 'fsetxattr', 'setxattrat', 'file_setattr']],
    ['none to be removed', 'EPERM', ['removexattr', 'lremovexattr', 'fremovexattr', 'removexattrat']],
    ['no watch over files', 'ENOSYS', ['inotify_init', 'inotify_init1', 'inotify_add_watch']],
    ['no shared memory', 'ENOSYS', ['shmget', 'shmat', 'shmctl']],
    ['no semaphores', 'ENOSYS', ['semget', 'semop', 'semctl', 'semtimedop']],
    ['no queues', 'ENOSYS', ['msgget', 'msgsnd', 'msgrcv', 'msgctl', 'mq_open', 'mq_unlink']],
  ])('has %s: %s', (_why, answer, calls) => {
    expect(calls.map((call) => [call, ask(call)])).toEqual(calls.map((call) => [call, answer]));
  });

  test('every rule without a condition holds, whatever the arguments', () => {
    const rules = rulesUnder({ nestedNamespaces: false, landlock: true }).filter(({ only }) => !only);
    const wrong = rules.flatMap(({ calls, answer }) =>
      calls.filter((call) => ask(call) !== answer || ask(call, Array(6).fill((1n << 64n) - 1n)) !== answer),
    );
    expect(wrong).toEqual([]);
  });

  test('and one that has them keeps what this takes away', () => {
    expect(rulesUnder({ nestedNamespaces: false }).filter(({ addedBy }) => addedBy)).toEqual([]);
  });
});
