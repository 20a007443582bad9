import { readdirSync, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';

/**
 * How much memory a sandbox takes, in bytes: what its processes hold that is not a copy of a file, swapped out or not,
 * and what lies in its directories in memory. Once it is known to be no more than `enough`, no closer look is taken.
 *
 * The first look is cheap and never says too little: what processes share counts for each of them. Files that are mapped
 * do not count: the kernel drops them when it needs the room.
 */
export function treeMemory(root: number, directories: readonly string[], enough: number): number {
  const processes = treeOf(root).map((pid) => ({ pid, bytes: heldBy(pid) }));
  let sum = 0;
  for (const { bytes } of processes) sum += bytes;
  // bubblewrap's only child is the sandbox's first process: its root is the sandbox's.
  const first = processes[1]?.pid;
  for (const path of directories) sum += first === undefined ? 0 : usedIn(`/proc/${first}/root${path}`);
  if (sum + allShared() > enough) sum += inNamelessFiles(processes.map(({ pid }) => pid));

  for (const { pid, bytes } of processes.toSorted((one, other) => other.bytes - one.bytes)) {
    if (sum <= enough) break;
    sum -= bytes - Math.min(bytes, shareOf(pid) ?? bytes);
  }
  return sum;
}

/** A process and all below it. A child is a child of the thread that made it. */
function treeOf(root: number): readonly number[] {
  const tree = [root];
  for (const pid of tree) {
    for (const thread of listed(`/proc/${pid}/task`))
      tree.push(...words(`/proc/${pid}/task/${thread}/children`).map(Number));
  }
  return tree;
}

/** proc_pid_status(5): readable by everyone, whatever the process has done to hide. */
function heldBy(pid: number): number {
  return kibibytes(`/proc/${pid}/status`, /^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$/gm) ?? 0;
}

/** proc_pid_smaps(5): each page by the number of those who have it. Undefined where we may not read it. */
function shareOf(pid: number): number | undefined {
  return kibibytes(`/proc/${pid}/smaps_rollup`, /^(?:Pss_Anon|Pss_Shmem|SwapPss):\s*(\d+) kB$/gm);
}

/** proc_meminfo(5): of the whole machine, shared memory and files in memory. */
function allShared(): number {
  return kibibytes('/proc/meminfo', /^Shmem:\s*(\d+) kB$/gm) ?? Infinity;
}

/** Files of memfd_create(2) that are held open: nothing else shows those that nobody maps. */
function inNamelessFiles(pids: readonly number[]): number {
  const files = new Map<number, number>();
  for (const pid of pids) {
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

/** The sum of what `of` finds in a file; undefined when there is no such file, or nothing in it. */
function kibibytes(path: string, of: RegExp): number | undefined {
  const found = [...(read(path) ?? '').matchAll(of)];
  let sum = 0;
  for (const [, number] of found) sum += Number(number) * 1024;
  return found.length > 0 ? sum : undefined;
}

function words(path: string): readonly string[] {
  return (read(path) ?? '').split(' ').filter((word) => word !== '');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // ended meanwhile, or not ours to read
  }
}

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
