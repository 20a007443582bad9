import type { Placed } from '../policy/policy.ts';
import type { Host } from './host.ts';
import type { Mount } from './plan.ts';
import type { Places } from './sandbox-paths.ts';

/**
 * Directories that persist, each in one of our own that no other server sees. They lie flat beside each other: a server
 * that writes to one cannot lead the way to another elsewhere, whatever the policy says later.
 */
export function stateMounts(
  state: readonly Placed<string>[],
  id: string,
  { home }: Places,
  host: Host,
): readonly Mount[] {
  return state.map(({ value, at }) => ({
    kind: 'state',
    path: `${home}/${value}`,
    source: `${host.directories.data}/servers/${id}/${value.replaceAll('%', '%25').replaceAll('/', '%2F')}`,
    because: { reason: '`state`', at },
  }));
}
