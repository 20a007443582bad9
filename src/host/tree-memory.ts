import { closeSync, openSync, readdirSync, readlinkSync, readSync, statfsSync, statSync } from 'node:fs';

/**
 * How much memory a sandbox takes, in bytes: what its processes hold that is not a copy of a file, swapped out or not,
 * and what lies in its directories in memory. Once it is known to be no more than `enough`, no closer look is taken.
 *
 * The first look is cheap and never says too little: what processes share counts for each of them. Files that are mapped
 * do not count: the kernel drops them when it needs the room.
 */
export function treeMemory(root: number, directories: readonly string[], enough: number): number {
  const processes = treeOf(root);
  let sum = 0;
  for (const { bytes } of processes) sum += bytes;
  // bubblewrap's only child is the sandbox's first process: its root is the sandbox's.
  const first = processes[1]?.pid;
  for (const path of directories) sum += first === undefined ? 0 : usedIn(`/proc/${first}/root${path}`);
  if (sum + allShared() > enough) sum += inNamelessFiles(processes);

  if (sum > enough) processes.sort((one, other) => other.bytes - one.bytes);
  for (const { pid, bytes } of processes) {
    if (sum <= enough) break;
    sum -= bytes - Math.min(bytes, shareOf(pid) ?? bytes);
  }
  return sum;
}

interface Process {
  readonly pid: number;
  readonly bytes: number;
}

/** A process and all below it, with what each holds: proc_pid_status(5), readable whatever a process does to hide. */
function treeOf(root: number): Process[] {
  const tree: Process[] = [];
  const pids = [root];
  for (const pid of pids) {
    const status = read(`/proc/${pid}/status`) ?? '';
    tree.push({ pid, bytes: sumOf(status, HELD) ?? 0 });
    // A child is a child of the thread that made it.
    const threads = status.includes('\nThreads:\t1\n') ? [pid] : listed(`/proc/${pid}/task`);
    for (const thread of threads) {
      for (const child of (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' '))
        if (child !== '') pids.push(Number(child));
    }
  }
  return tree;
}

const HELD = ['RssAnon', 'RssShmem', 'VmSwap'];

/** proc_pid_smaps(5): each page by the number of those who have it. Undefined where we may not read it. */
function shareOf(pid: number): number | undefined {
  return sumOf(read(`/proc/${pid}/smaps_rollup`) ?? '', SHARE);
}

const SHARE = ['Pss_Anon', 'Pss_Shmem', 'SwapPss'];

/** proc_meminfo(5): of the whole machine, shared memory and files in memory. */
function allShared(): number {
  return sumOf(read('/proc/meminfo') ?? '', SHARED) ?? Infinity;
}

const SHARED = ['Shmem'];

/** Files of memfd_create(2) that are held open: nothing else shows those that nobody maps. */
function inNamelessFiles(processes: readonly Process[]): number {
  const files = new Map<number, number>();
  for (const { pid } of processes) {
    for (const descriptor of listed(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${descriptor}`;
      try {
        if (!readlinkSync(path).startsWith('/memfd:')) continue;
        const { ino, blocks } = statSync(path);
        files.set(ino, blocks * 512);
      } catch {
        // Closed meanwhile.
      }
    }
  }
  let sum = 0;
  for (const bytes of files.values()) sum += bytes;
  return sum;
}

function usedIn(path: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(path);
    return (blocks - bfree) * bsize;
  } catch {
    return 0; // the sandbox is gone
  }
}

/** What lines with these names say in kibibytes, in bytes; undefined when there is none. Names are the kernel's alone to write. */
function sumOf(text: string, names: readonly string[]): number | undefined {
  let sum: number | undefined;
  for (const name of names) {
    const at = text.indexOf(`\n${name}:`);
    if (at !== -1) sum = (sum ?? 0) + Number.parseInt(text.slice(at + name.length + 2, at + 40), 10) * 1024;
  }
  return sum;
}

/** Into one buffer: readFileSync() takes 64 KiB for each file of /proc, and this runs as long as the server does. */
function read(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    let text = '';
    for (let length = -1; length !== 0; text += BUFFER.toString('latin1', 0, length)) length = readSync(file, BUFFER);
    return text;
  } catch {
    return undefined; // ended meanwhile, or not ours to read
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const BUFFER = Buffer.allocUnsafe(4096);

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
