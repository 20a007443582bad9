import type { Plan } from '../plan/plan.ts';

export interface ProcessLimit {
  /** In setrlimit(2), on x64 and arm64. */
  readonly number: number;
  readonly soft: number;
  readonly hard: number;
}

/** What each process may use up. The number of processes counts in the sandbox's own user namespace. */
export function processLimits({
  memory,
  processes,
  openFiles,
  fileSize,
  cpu,
}: Plan['limits']): readonly ProcessLimit[] {
  const seconds = Math.ceil((cpu?.value ?? 0) / 1e3);
  return [
    limit(4, 0), // no core files: they would hold what the server knew
    limit(7, openFiles?.value ?? 0),
    // Of data no limit but a stop for what outruns the watch over `memory`.
    limit(2, 2 * (memory?.value ?? 0) + RESERVED),
    ...(fileSize ? [limit(1, fileSize.value)] : []),
    // SIGXCPU, and a second later SIGKILL for a server that goes on.
    ...(cpu ? [{ ...limit(0, seconds), hard: seconds + 1 }] : []),
    limit(PROCESSES, processes?.value ?? 0),
  ];
}

/** RLIMIT_NPROC. */
export const PROCESSES = 6;

/** 8 GiB for what is reserved and not used: 8 MiB by each thread, 512 MiB for code by each of V8's isolates. */
const RESERVED = 2 ** 33;

function limit(number: number, value: number): ProcessLimit {
  return { number, soft: value, hard: value };
}
