import { numberOf, type SystemCall } from '../confine/seccomp/syscalls.ts';
import type { Attack } from './attack.ts';

const KERNEL_FAULTS = 'code of the kernel that is meant for root, with its faults';

/** Attacks by way of the kernel: namespaces of its own, and calls that a server has no business with. */
export const ON_KERNEL: readonly Attack[] = [
  // Flags of clone(2), <linux/sched.h>.
  call('make-user-namespace', 'becomes root in a namespace of its own', KERNEL_FAULTS, 'CVE-2022-0185, CVE-2023-0386', {
    call: 'unshare',
    args: [0x10000000],
  }),
  {
    id: 'make-mounts',
    does: 'mounts what it likes, in namespaces of its own',
    gains: 'to undo what is read-only',
    source: 'user_namespaces(7), pivot_root(2)',
    start: 'closed',
    attempt: () => ({
      do: 'run',
      file: '/usr/bin/unshare',
      args: ['--user', '--map-root-user', '--mount', '/bin/mount', '-t', 'tmpfs', 'none', '/tmp'],
    }),
  },
  {
    id: 'make-sandbox',
    does: 'makes a sandbox of its own, with bubblewrap',
    gains: 'namespaces in which it decides what is mounted',
    source: 'tests of codex',
    start: 'closed',
    attempt: () => ({ do: 'run', file: '/usr/bin/bwrap', args: ['--ro-bind', '/', '/', '/bin/true'] }),
  },
  // KEYCTL_GET_KEYRING_ID of the session’s, made if it is missing.
  call('use-keyring', 'uses the keyrings of your account', 'keys of file systems and Kerberos', 'CVE-2016-0728', {
    call: 'keyctl',
    args: [0, -3, 1],
  }),
  call('read-memory', 'asks to read memory of other programs', 'what they have in memory', 'process_vm_readv(2)', {
    call: 'process_vm_readv',
    args: [0, 0, 0, 0, 0, 0],
  }),
  // PTRACE_TRACEME
  call('trace', 'asks to be traced', 'a way round filters and checks of programs', 'CVE-2019-13272', {
    call: 'ptrace',
    args: [0, 0, 0, 0],
  }),
  call('make-io-uring', 'makes a queue by which no filter sees its calls', KERNEL_FAULTS, 'CVE-2022-29582', {
    call: 'io_uring_setup',
    args: [4, '00'.repeat(128)],
  }),
  // UFFD_USER_MODE_ONLY
  call('handle-page-faults', 'stops the kernel in the midst of its work', 'races won', 'userfaultfd(2)', {
    call: 'userfaultfd',
    args: [1],
  }),
  // BPF_MAP_CREATE: an array of one word.
  call('load-bpf', 'makes a map for programs inside the kernel', KERNEL_FAULTS, 'CVE-2021-3490', {
    call: 'bpf',
    args: [0, `${['02', '04', '04', '01', '00'].map((byte) => `${byte}000000`).join('')}${'00'.repeat(64)}`, 72],
  }),
  // PERF_TYPE_SOFTWARE, 112 bytes, PERF_COUNT_SW_CPU_CLOCK; without the kernel and the hypervisor.
  call('count-events', 'opens a counter inside the kernel', KERNEL_FAULTS, 'CVE-2013-2094', {
    call: 'perf_event_open',
    args: [`0100000070000000${'00'.repeat(32)}6000000000000000${'00'.repeat(72)}`, 0, -1, -1, 0],
  }),
  // AT_FDCWD, `/tmp`, room for a handle of 128 bytes.
  call('name-file-by-number', 'takes the number of a file', 'files past every mount', 'the escape “shocker” of 2014', {
    call: 'name_to_handle_at',
    args: [-100, '2f746d7000', `8000000000000000${'00'.repeat(128)}`, '00'.repeat(8), 0],
  }),
  // ADDR_NO_RANDOMIZE
  call(
    'fix-addresses',
    'switches the randomness of addresses off',
    'programs that are easier to break',
    'CVE-2009-1895',
    {
      call: 'personality',
      args: [0x0040000],
    },
  ),
  // SYSLOG_ACTION_SIZE_BUFFER
  call('read-kernel-log', 'asks for what the kernel logs', 'its addresses, and what others do', 'syslog(2)', {
    call: 'syslog',
    args: [10, 0, 0],
  }),
  // AF_VSOCK, AF_ALG, NETLINK_NETFILTER: <linux/socket.h>, <linux/netlink.h>.
  call(
    'reach-hypervisor',
    'opens a socket to the machine below this one',
    'the host of a virtual machine, WSL’s too',
    'CVE-2021-26708',
    {
      call: 'socket',
      args: [40, 1, 0],
    },
  ),
  call('open-kernel-crypto', 'opens a socket to the kernel’s cryptography', KERNEL_FAULTS, 'CVE-2019-8912', {
    call: 'socket',
    args: [38, 5, 0],
  }),
  call('open-firewall', 'opens a socket to the kernel’s firewall', KERNEL_FAULTS, 'CVE-2024-1086', {
    call: 'socket',
    args: [16, 3, 12],
  }),
];

function call(
  id: string,
  does: string,
  gains: string,
  source: string,
  { call: name, args }: { readonly call: SystemCall; readonly args: readonly (number | string)[] },
): Attack {
  return {
    id,
    does: `${does}: ${name}(2)`,
    gains,
    source,
    start: 'closed',
    attempt: ({ architecture }) => {
      const number = architecture && numberOf(name, architecture);
      return number === undefined ? 'this processor’s system calls are not known here' : { do: 'call', number, args };
    },
  };
}
