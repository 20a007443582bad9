import type { LimitName } from '../policy/limits.ts';
import type { Because, Plan } from './plan.ts';

/**
 * What a launcher of this plan has to do as long as the server runs. Where that is nothing, and `unsafe: [no-guard]`
 * says that it has nothing to read either, a small process takes its place: docs/decisions/026-a-launcher-that-is-gone.md.
 */
export function whatKeepsLauncher({ confinement, network, env, mounts, limits }: Plan): readonly Because[] {
  const secret = env.find(({ from }) => from === 'secret');
  const mask = mounts.find((mount) => 'mask' in mount);
  return [
    ...(confinement.by === 'bubblewrap'
      ? []
      : [{ ...confinement.because, reason: 'it ends what bubblewrap did not start' }]),
    ...(network.mode === 'none' ? [] : [{ ...network.because, reason: 'there is a network' }]),
    ...(secret ? [{ ...secret.because, reason: `it masks \`${secret.name}\`` }] : []),
    ...(mask ? [{ ...mask.because, reason: 'it watches what is masked' }] : []),
    // Of the others, the kernel ends who reaches them, or the sandbox's size does.
    ...WATCHED.flatMap((name) => {
      const { at } = limits[name]?.because ?? {};
      return at ? [{ reason: `it answers for \`limits.${name}\``, at }] : [];
    }),
  ];
}

/** A server that reaches one is ended by the launcher, or what waits for it is answered. */
const WATCHED: readonly LimitName[] = ['memory', 'start', 'runtime', 'idle', 'cpu', 'fileSize'];
