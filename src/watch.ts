import type { Plan } from './plan/plan.ts';
import type { Watch } from './relay/relay.ts';
import { watchClock } from './relay/watch-clock.ts';
import { watchMemory } from './relay/watch-memory.ts';

/** Looks after the limits that the launcher holds itself, as long as the server runs. */
export function watch(
  { memory, start, runtime, idle }: Plan['limits'],
  mounts: Plan['mounts'],
  watched: Parameters<Watch>[0],
): void {
  const stops = [
    watchClock({ start: start?.value, runtime: runtime?.value, idle: idle?.value }, watched),
    ...(memory ? [watchMemory(memory.value, inMemory(mounts), watched)] : []),
  ];
  void watched.server.ended.then(() => {
    for (const stop of stops) stop();
  });
}

/** The directories that the server can fill. */
function inMemory(mounts: Plan['mounts']): readonly string[] {
  return mounts.flatMap((mount) => (mount.kind === 'memory' ? [mount.path] : []));
}
