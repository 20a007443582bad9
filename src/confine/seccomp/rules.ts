import { ARGUMENT_RULES } from './argument-rules.ts';
import { LONE_RULES } from './lone-rules.ts';
import type { Rule } from './rule.ts';

/** Calls that nothing in a sandbox needs. */
const CALL_RULES: readonly Rule[] = [
  {
    calls: ['setns'],
    answer: 'EPERM',
    liftedBy: 'nestedNamespaces',
    reason: 'a namespace of somebody else, by a descriptor that was passed on',
    source: 'Flatpak, Docker; setns(2)',
  },
  {
    calls: ['clone3'],
    answer: 'ENOSYS',
    reason: 'its flags lie in memory, where a filter cannot look; libraries take clone(2) then',
    source: 'Flatpak, Docker (moby#42681); CVE-2021-41133',
  },
  {
    calls: ['listns'],
    answer: 'ENOSYS',
    reason: 'tells which namespaces there are',
    source: 'newer than the lists of others; ENOSYS is what older kernels say',
  },
  {
    calls: ['mount', 'umount2', 'pivot_root', 'chroot'],
    answer: 'EPERM',
    liftedBy: 'nestedNamespaces',
    reason: 'what is visible, and what is read-only, is decided by mounts',
    source: 'Flatpak, Docker',
  },
  {
    calls: ['open_tree', 'open_tree_attr', 'move_mount', 'fsopen', 'fsconfig', 'fsmount', 'fspick', 'mount_setattr'],
    answer: 'ENOSYS',
    reason: 'as mount(2), which libraries take then, and so do sandboxes that a server makes',
    source: 'Flatpak; CVE-2021-41133, CVE-2022-0185',
  },
  {
    calls: ['add_key', 'request_key', 'keyctl'],
    answer: 'EPERM',
    reason: 'keyrings belong to no namespace: those of the account are the same inside and outside',
    source: 'Flatpak, Docker; keyrings(7), CVE-2016-0728',
  },
  {
    calls: ['ptrace', 'process_vm_readv', 'process_vm_writev', 'process_madvise', 'kcmp', 'pidfd_getfd'],
    answer: 'EPERM',
    reason: 'memory, descriptors and registers of other programs',
    source: 'Docker (CAP_SYS_PTRACE); CVE-2019-13272',
  },
  {
    calls: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
    answer: 'ENOSYS',
    reason: 'opens sockets and files by a queue that no filter sees; libraries take the ordinary calls then',
    source: 'Docker since 25 (moby#46762); io_uring(7), CVE-2022-29582',
  },
  {
    calls: ['userfaultfd'],
    answer: 'EPERM',
    reason: 'stops the kernel in the midst of its work for as long as one likes, which is how races are won',
    source: 'Docker; userfaultfd(2), vm.unprivileged_userfaultfd of the kernel',
  },
  {
    calls: ['perf_event_open', 'bpf'],
    answer: 'EPERM',
    reason: 'programs and counters inside the kernel, the source of many of its faults',
    source: 'Flatpak, Docker; CVE-2013-2094, CVE-2021-3490',
  },
  {
    calls: ['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load'],
    answer: 'EPERM',
    reason: 'code for the kernel, or another kernel',
    source: 'Docker, systemd (@module, @reboot)',
  },
  {
    calls: ['reboot', 'swapon', 'swapoff', 'acct', 'quotactl', 'quotactl_fd', 'settimeofday', 'clock_settime'],
    answer: 'EPERM',
    reason: 'the machine as a whole: its clock, its swap, its accounts, its end',
    source: 'Flatpak, Docker, systemd (@clock, @reboot, @swap)',
  },
  {
    calls: ['syslog'],
    answer: 'EPERM',
    reason: 'what the kernel logs tells its addresses and what others do',
    source: 'Flatpak, Docker; syslog(2)',
  },
  {
    calls: ['name_to_handle_at', 'open_by_handle_at'],
    answer: 'EPERM',
    reason: 'files by number instead of by path, past every mount',
    source: 'Docker; the escape "shocker" of 2014',
  },
  {
    calls: ['fanotify_init'],
    answer: 'EPERM',
    reason: 'watches what others do with files; inotify(7), which libraries use, stays',
    source: 'Docker; fanotify(7)',
  },
  {
    calls: ['move_pages', 'migrate_pages', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node', 'get_mempolicy'],
    answer: 'EPERM',
    reason: 'where memory lies is the machine’s business, and tells of others',
    source: 'Flatpak, Docker; CVE-2010-0415',
  },
  {
    calls: ['iopl', 'ioperm', 'modify_ldt'],
    answer: 'EPERM',
    reason: 'ports of the hardware, and segments that only 16-bit programs need',
    source: 'Flatpak, Docker, systemd (@raw-io, @cpu-emulation); CVE-2017-17053',
  },
  {
    calls: ['vhangup'],
    answer: 'EPERM',
    reason: 'takes the terminal away from others',
    source: 'Docker; vhangup(2)',
  },
  {
    calls: [
      '_sysctl',
      'uselib',
      'sysfs',
      'ustat',
      'nfsservctl',
      'lookup_dcookie',
      'create_module',
      'get_kernel_syms',
      'query_module',
    ],
    answer: 'ENOSYS',
    reason: 'obsolete: newer kernels no longer have most of them, and nothing uses them',
    source: 'Docker, systemd (@obsolete)',
  },
];

/** In the order in which they are asked: of two that fit a call, the first one answers. */
export const RULES: readonly Rule[] = [...CALL_RULES, ...ARGUMENT_RULES, ...LONE_RULES];
