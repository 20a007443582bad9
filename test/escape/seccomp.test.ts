import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rulesUnder, seccompFilter } from '../../src/confine/seccomp/filter.ts';
import { numberOf, SYSTEM_CALLS } from '../../src/confine/seccomp/syscalls.ts';
import { REPOSITORY } from '../kit/command.ts';
import { runFiltered } from '../kit/filtered-sandbox.ts';

if (process.arch !== 'x64' && process.arch !== 'arm64') throw new Error(`no filter for ${process.arch}`);
const ARCHITECTURE = process.arch;
const NONE = undefined;
const CLOSED = seccompFilter(ARCHITECTURE, { nestedNamespaces: false });
const NESTED = seccompFilter(ARCHITECTURE, { nestedNamespaces: true });

const CALLS = Object.keys(SYSTEM_CALLS).filter((name): name is keyof typeof SYSTEM_CALLS => name in SYSTEM_CALLS);
const NUMBERS = JSON.stringify(Object.fromEntries(CALLS.map((name) => [name, numberOf(name, ARCHITECTURE)])));

const SCRIPT = readFileSync(`${REPOSITORY}/fixtures/attacks/call-kernel.py`, 'utf8');
type Answers = ReadonlyMap<string, string | undefined>;

/** Each of these by a program that has every capability in its namespaces, which is more than servers get. */
async function attack(names: readonly string[], filter: Uint8Array | undefined, more: readonly string[]) {
  const command = ['/usr/bin/python3', '-c', SCRIPT, NUMBERS, ...names];
  const { said, stderr, exitCode } = await runFiltered(command, { filter, more: ['--cap-add', 'ALL', ...more] });
  expect([stderr, exitCode]).toEqual(['', 0]);
  const lines = said.split('\n');
  expect(lines).toHaveLength(names.length);
  const answers: Answers = new Map(names.map((name, index) => [name, lines[index]]));
  return answers;
}

type Row = readonly [
  name: string,
  /** What the filter answers. */
  closed: string,
  /** What kernels say that do not do it for anybody; a call that only gets to the kernel says this everywhere. */
  kernel?: RegExp,
];

/**
 * Calls that succeed without the filter. Those that may change what is mounted come last, and in this order: they do it
 * to each other.
 */
const DONE: readonly Row[] = [
  ['unshare', 'EPERM'],
  ['clone', 'EPERM'],
  ['clone high', 'EPERM'],
  ['clone3', 'ENOSYS'],
  ['keyctl', 'EPERM'],
  ['add_key', 'EPERM'],
  ['ptrace', 'EPERM'],
  ['process_vm_readv', 'EPERM'],
  ['process_vm_writev', 'EPERM'],
  ['process_madvise', 'EPERM', /^ENOSYS$/],
  ['kcmp', 'EPERM', /^ENOSYS$/],
  ['pidfd_getfd', 'EPERM', /^ENOSYS$/],
  ['io_uring_setup', 'ENOSYS', /^(EPERM|ENOSYS)$/], // kernel.io_uring_disabled
  ['userfaultfd', 'EPERM', /^(EPERM|ENOSYS)$/],
  ['perf_event_open', 'EPERM', /^(EACCES|EPERM|ENOENT|ENOSYS)$/], // kernel.perf_event_paranoid
  ['quotactl', 'EPERM', /^ENOSYS$/],
  ['name_to_handle_at', 'EPERM', /^EOPNOTSUPP$/],
  ['fanotify_init', 'EPERM', /^(EPERM|EINVAL|ENOSYS)$/], // for root alone until Linux 5.13
  ['move_pages', 'EPERM', /^ENOSYS$/], // CONFIG_NUMA
  ['migrate_pages', 'EPERM', /^ENOSYS$/],
  ['mbind', 'EPERM', /^ENOSYS$/],
  ['set_mempolicy', 'EPERM', /^ENOSYS$/],
  ['get_mempolicy', 'EPERM', /^ENOSYS$/],
  ['personality', 'EPERM'],
  ['personality high', 'EPERM'],
  ['TIOCSTI', 'EPERM', /^EIO$/], // dev.tty.legacy_tiocsti, Linux 6.2
  ['TIOCSTI high', 'EPERM', /^EIO$/],
  ['vsock', 'EAFNOSUPPORT', /^EAFNOSUPPORT$/],
  ['vsock high', 'EAFNOSUPPORT', /^EAFNOSUPPORT$/],
  ['audit', 'EPROTONOSUPPORT', /^EPROTONOSUPPORT$/],
  ['firewall', 'EPROTONOSUPPORT', /^EPROTONOSUPPORT$/],
  ['mptcp', 'EPROTONOSUPPORT', /^(EPROTONOSUPPORT|ENOPROTOOPT)$/],
  ...(ARCHITECTURE === 'x64'
    ? ([
        ['compatibility', 'signal 31', /^signal 11$/], // CONFIG_IA32_EMULATION
        ['modify_ldt', 'EPERM', /^ENOSYS$/],
        ['sysfs', 'ENOSYS', /^ENOSYS$/],
        ['ustat', 'ENOSYS', /^(EINVAL|ENOSYS)$/],
      ] as const)
    : []),
];

/** These need a sandbox whose mounts belong to the namespace in which the capabilities are: without `--dev`. */
const MOUNTS: readonly Row[] = [
  ['setns', 'EPERM'],
  ['packet', 'EAFNOSUPPORT', /^EAFNOSUPPORT$/],
  ['open_tree', 'ENOSYS', /^ENOSYS$/],
  ['fsopen', 'ENOSYS', /^ENOSYS$/],
  ['fspick', 'ENOSYS', /^ENOSYS$/],
  ['mount_setattr', 'ENOSYS', /^(ENOSYS|EINVAL)$/],
  ['mount', 'EPERM'],
  ['umount2', 'EPERM'],
  ['chroot', 'EPERM'],
  ['pivot_root', 'EPERM'],
];

/** Calls that fail without the filter too, but in the kernel: it looked at what they ask for. */
const REACHED: readonly Row[] = [
  ['unshare high', 'EPERM', /^EINVAL$/],
  ['request_key', 'EPERM', /^ENOKEY$/],
  ['io_uring_enter', 'ENOSYS', /^(EBADF|EOPNOTSUPP)$/],
  ['io_uring_register', 'ENOSYS', /^(EBADF|EINVAL|EOPNOTSUPP)$/],
  ['quotactl_fd', 'EPERM', /^(EBADF|ENOSYS)$/],
  ['settimeofday', 'EPERM', /^EINVAL$/],
  ['clock_settime', 'EPERM', /^EINVAL$/],
  ['open_by_handle_at', 'EPERM', /^(EBADF|EPERM)$/], // for root alone in older kernels
  ['set_mempolicy_home_node', 'EPERM', /^(ENOENT|ENOSYS)$/],
  ['TIOCLINUX', 'EPERM', /^ENOTTY$/], // this terminal is no console
  ['fsconfig', 'ENOSYS', /^(EBADF|EINVAL|ENOSYS)$/],
];

/** No kernel that runs has them any more; the rules name them for old ones. */
const GONE = ['_sysctl', 'uselib', 'nfsservctl', 'create_module', 'get_kernel_syms', 'query_module'];
const X64_ALONE = ['iopl', 'ioperm', 'modify_ldt', 'sysfs', 'ustat'];

/**
 * Where the kernel says what the filter says, or has nothing to offer, so that only the program itself can be tried
 * (`test/unit/confine/seccomp.test.ts`), and that a sandbox under it answers so.
 */
const NOT_SHOWN: readonly (readonly [name: string, closed: string, why: string])[] = [
  ['swapon', 'EPERM', 'for the root of the machine alone'],
  ['swapoff', 'EPERM', 'for the root of the machine alone'],
  ['acct', 'EPERM', 'for the root of the machine alone'],
  ['reboot', 'EPERM', 'ends the sandbox where it works'],
  ['vhangup', 'EPERM', 'for the root of the machine alone'],
  ['bpf', 'EPERM', 'kernel.unprivileged_bpf_disabled'],
  ['syslog', 'EPERM', 'kernel.dmesg_restrict'],
  ['init_module', 'EPERM', 'for the root of the machine alone, or no modules'],
  ['finit_module', 'EPERM', 'for the root of the machine alone, or no modules'],
  ['delete_module', 'EPERM', 'for the root of the machine alone, or no modules'],
  ['kexec_load', 'EPERM', 'for the root of the machine alone, or not there'],
  ['kexec_file_load', 'EPERM', 'for the root of the machine alone, or not there'],
  ['move_mount', 'ENOSYS', 'needs a descriptor of `open_tree`'],
  ['fsmount', 'ENOSYS', 'needs a descriptor of `fsopen`'],
  ['open_tree_attr', 'ENOSYS', 'Linux 6.15'],
  ['lookup_dcookie', 'ENOSYS', 'gone since Linux 6.7'],
  ['alg', 'EAFNOSUPPORT', 'where the kernel was built with it'],
  ['sctp', 'ESOCKTNOSUPPORT', 'where the module is'],
  ['tipc pair', 'EAFNOSUPPORT', 'where the module is'],
  ['newer', 'ENOSYS', 'there is none'],
  ...(ARCHITECTURE === 'x64'
    ? ([
        ['iopl', 'EPERM', 'for the root of the machine alone, or not there'],
        ['ioperm', 'EPERM', 'for the root of the machine alone, or not there'],
        ['x32', 'ENOSYS', 'CONFIG_X86_X32_ABI'],
      ] as const)
    : []),
];

/** Of `int 0x80` where the machine does not have it, as some virtual ones: no filter is asked then. */
const NO_SUCH_GATE = 'signal 11';

const WITH_DEVICES = ['--dev', '/dev'];

describe.each<[title: string, rows: readonly Row[], more: readonly string[]]>([
  ['a call that is done without the filter', DONE, WITH_DEVICES],
  ['a call on mounts and networks that is done without the filter', MOUNTS, []],
  ['a call that gets to the kernel without the filter', REACHED, WITH_DEVICES],
])('%s', (_title, rows, more) => {
  let without: Answers = new Map();
  let within: Answers = new Map();
  beforeAll(async () => {
    const names = rows.map(([name]) => name);
    without = await attack(names, NONE, more);
    within = await attack(names, CLOSED, more);
  });

  const each = rows.map(([name, closed, kernel]) => [name, closed, kernel] as const);
  test.each(each)('`%s` is %s under it', (name, closed, kernel) => {
    const done = rows === REACHED ? [] : [/^GOT$/];
    const expected = [...done, ...(kernel ? [kernel] : [])];
    expect(
      expected.some((one) => one.test(without.get(name) ?? '')),
      `it proves nothing: without, it was ${without.get(name)}`,
    ).toBe(true);
    expect(within.get(name)).toBe(without.get(name) === NO_SUCH_GATE ? NO_SUCH_GATE : closed);
  });
});

describe('a call that cannot be shown to be done', () => {
  let within: Answers = new Map();
  beforeAll(async () => {
    within = await attack(
      NOT_SHOWN.map(([name]) => name),
      CLOSED,
      WITH_DEVICES,
    );
  });

  test.each(NOT_SHOWN)('`%s` is %s under the filter (%s)', (name, closed) => {
    expect(within.get(name)).toBe(closed);
  });
});

test('every call of the rules is tried here, or was never in the kernels that this runs on', () => {
  const tried = new Set([...DONE, ...MOUNTS, ...REACHED, ...NOT_SHOWN].map(([name]) => name));
  const others = ['ioctl', 'socket', 'socketpair', 'listns', ...GONE, ...(ARCHITECTURE === 'x64' ? [] : X64_ALONE)];
  const added = rulesUnder({ nestedNamespaces: false, landlock: true }).filter(({ addedBy }) => addedBy === 'landlock');
  const byLandlock = added.flatMap(({ calls }) => calls); // of these a unit test, and escape/landlock.test.ts
  expect(CALLS.filter((name) => !tried.has(name) && !others.includes(name) && !byLandlock.includes(name))).toEqual([]);
});

describe('`own-sandbox` gives up the ban on namespaces, and that alone', () => {
  const LIFTED = ['setns', 'mount', 'umount2', 'chroot', 'pivot_root'];

  function keptOf(rows: readonly Row[]): readonly Row[] {
    return rows.filter(([name]) => !['unshare', 'clone', ...LIFTED].includes(name.replace(' high', '')));
  }

  test('calls on namespaces and mounts are done', async () => {
    const names = ['unshare', 'clone', ...LIFTED];
    const answers = await attack(names, NESTED, []);
    expect([...answers.values()]).toEqual(names.map(() => 'GOT'));
  });

  test('all others are answered as before', async () => {
    for (const [rows, more] of [
      [[...DONE, ...REACHED], WITH_DEVICES],
      [MOUNTS, []],
    ] as const) {
      const answers = await attack(
        keptOf(rows).map(([name]) => name),
        NESTED,
        more,
      );
      const kept = keptOf(rows).map(([name, closed]) => [
        name,
        answers.get(name) === NO_SUCH_GATE ? NO_SUCH_GATE : closed,
      ]);
      expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(kept));
    }
  });

  test.each([
    ['works under it', NESTED, 0],
    ['fails under the other filter', CLOSED, 1],
  ])('a sandbox that a server makes %s', async (_title, filter, expected) => {
    const command = ['/usr/bin/bwrap', '--ro-bind', '/', '/', '--unshare-all', '--tmpfs', '/tmp', '/usr/bin/true'];
    const { exitCode, stderr } = await runFiltered(command, { filter, more: WITH_DEVICES });
    expect([exitCode, stderr]).toEqual([expected, expected === 0 ? '' : expect.stringMatching(/^bwrap: /)]);
  });
});

describe('what servers are made with works under the filter', () => {
  const NODE = `
    const { Worker } = require('node:worker_threads');
    const { execFileSync, spawn } = require('node:child_process');
    const { once } = require('node:events');
    const fs = require('node:fs');
    const net = require('node:net');
    (async () => {
      const worker = new Worker('require("node:worker_threads").parentPort.postMessage("worker")', { eval: true });
      const [fromWorker] = await once(worker, 'message');
      const wasm = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from('0061736d01000000', 'hex')));
      const child = execFileSync(process.execPath, ['-p', '"child"'], { encoding: 'utf8' }).trim();
      const [code] = await once(spawn('/bin/sh', ['-c', 'exit 3']), 'exit');
      const watcher = fs.watch('.');
      const changed = once(watcher, 'change');
      fs.writeFileSync('watched', '');
      const [, watched] = await changed;
      watcher.close();
      const server = net.createServer((socket) => socket.end('net')).listen('server.sock');
      await once(server, 'listening');
      const [chunk] = await once(net.connect('server.sock'), 'data');
      server.close();
      const lo = Object.keys(require('node:os').networkInterfaces());
      const tcp = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      await once(net.connect(tcp.address().port, '127.0.0.1'), 'connect');
      tcp.close();
      const deep = await fs.promises.readFile('watched', 'utf8');
      console.log([fromWorker, typeof wasm.exports, child, code, watched, String(chunk), lo, deep.length].join());
    })();`;

  const PYTHON = `
import asyncio, multiprocessing, os, socket, sqlite3, ssl, subprocess, tempfile, threading
said = []
thread = threading.Thread(target=lambda: said.append('thread')); thread.start(); thread.join()
said.append(subprocess.run(['/bin/echo', 'child'], capture_output=True, text=True).stdout.strip())
async def later():
    child = await asyncio.create_subprocess_exec('/bin/echo', 'later', stdout=asyncio.subprocess.PIPE)
    return (await child.communicate())[0].decode().strip()
said.append(asyncio.run(later()))
with multiprocessing.Pool(2) as pool: said.append(str(sum(pool.map(abs, [-1, -2]))))
base = sqlite3.connect('base.db'); base.execute('create table t (a)'); base.commit(); said.append('sqlite')
ssl.create_default_context(); said.append('ssl')
socket.socketpair()[0].close(); socket.getaddrinfo('127.0.0.1', 80); said.append('socket')
print(','.join(said))`;

  const PACK = 'mkdir p && cd p && echo \'{"name":"p","version":"1.0.0"}\' > package.json && npm pack --silent';
  const GIT =
    'git init -q r && cd r && echo a > a && git add a && git -c user.name=a -c user.email=a@b commit -qm one && git log --format=%s';
  const TAR = 'echo text > f && tar -czf f.tgz f && rm f && tar -xzf f.tgz && cat f';
  const GCC = 'printf "#include <stdio.h>\\nint main(){puts(\\"built\\");}" > a.c && gcc -o a a.c && ./a';

  test.each<[title: string, command: readonly string[], expected: string | RegExp]>([
    ['node', [process.execPath, '-e', NODE], 'worker,object,child,3,watched,net,lo,0'],
    ['python3', ['/usr/bin/python3', '-c', PYTHON], 'thread,child,later,3,sqlite,ssl,socket'],
    ['git', ['/bin/sh', '-c', GIT], 'one'],
    ['tar', ['/bin/sh', '-c', TAR], 'text'],
    ['npm', ['/bin/sh', '-c', 'npm --version'], /^\d+\.\d+\.\d+$/],
    ['npm pack', ['/bin/sh', '-c', PACK], 'p-1.0.0.tgz'],
    ['curl', ['/bin/sh', '-c', 'echo text > f && curl --version > v && curl -s file:///tmp/f'], 'text'],
    ...(existsSync('/usr/bin/gcc')
      ? ([['gcc', ['/bin/sh', '-c', GCC], 'built']] satisfies [string, string[], string][])
      : []),
  ])('%s', async (_title, command, expected) => {
    for (const filter of [CLOSED, NESTED]) {
      const { said, stderr } = await runFiltered(command, { filter, more: WITH_DEVICES });
      expect([stderr, said]).toEqual(['', typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
    }
  });

  test('a program in the sandbox has both: this filter, and no new privileges', async () => {
    const { said } = await runFiltered(['/bin/grep', '-E', '^(Seccomp|NoNewPrivs):', '/proc/self/status'], {
      filter: CLOSED,
    });
    expect(said.split(/\s+/)).toEqual(['NoNewPrivs:', '1', 'Seccomp:', '2']);
  });
});

test('what these tests run is on this machine', () => {
  const missing = ['/usr/bin/python3', '/usr/bin/git', '/usr/bin/curl', '/bin/tar'].filter((path) => !existsSync(path));
  const npm = [dirname(process.execPath), '/usr/bin'].some((directory) => existsSync(`${directory}/npm`));
  expect([missing, npm]).toEqual([[], true]);
});
