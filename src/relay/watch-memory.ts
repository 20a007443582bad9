import { treeMemory } from '../host/tree-memory.ts';
import type { Watch } from './relay.ts';

/**
 * Ends a sandbox that takes more memory than it may. It needs no cgroup, which an ordinary account often cannot make; in
 * return, a server can take more between two looks. So one that grows is looked at more often, and one that is quiet
 * seldom. Answers how to stop looking.
 */
export function watchMemory(
  limit: number,
  directories: readonly string[],
  { server, end }: Parameters<Watch>[0],
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let before = 0;
  const look = (): void => {
    const started = performance.now();
    const used = server.pid === undefined ? 0 : treeMemory(server.pid, directories, limit);
    if (used > limit) {
      end({ limit: 'memory', used });
      server.kill(); // at once: it may be too busy to hear a signal
      return;
    }
    const next = used - before > GROWTH ? SOON : LATER;
    before = used;
    timer = setTimeout(look, Math.max(next, (performance.now() - started) * REST));
  };
  look();
  return () => clearTimeout(timer);
}

/** Bytes between two looks. What a server allocates while it serves is less. */
const GROWTH = 16 * 1024 ** 2;
// Milliseconds.
const SOON = 20;
const LATER = 1000;
/** Of a thousand processes, looking takes its time: then it rests so many times as long. */
const REST = 8;
