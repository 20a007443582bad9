import { refusal, type Finding } from '../finding/finding.ts';
import type { Step } from '../match/custody.ts';
import type { Host } from './host.ts';
import type { Mount, Plan } from './plan.ts';

/**
 * What is to be mounted below a directory that the server's account may not enter. bubblewrap runs under that account
 * and follows the path, also of what it is handed by descriptor; it would fail with no word of the policy.
 */
export function findUnreachable(mounts: readonly Mount[], account: Plan['account'], host: Host): Finding[] {
  if (!account.changes) return [];
  return mounts.flatMap((mount) => {
    const path = mount.kind === 'state' ? mount.source : mount.path;
    if (mount.kind !== 'state' && (mount.kind !== 'bind' || !mount.held)) return [];
    const closed = closedTo(path, account, host);
    if (!closed) return [];
    return [
      refusal(
        'run-as-reach',
        `\`${account.name}\`, which the server runs under, may not enter \`${closed.path}\`, and \`${path}\` is below it`,
        'move it where other accounts may enter, such as /opt or /srv, or write `runAs:` with an account that may',
        mount.because.at ?? account.because.at,
      ),
    ];
  });
}

/** The first directory on the way to a path that an account may not enter. */
export function closedTo(path: string, account: Plan['account'], host: Host): Step | undefined {
  return existing(path, host)?.find((step) => step.path !== path && !mayEnter(step, account));
}

/** The steps of a path, or of the nearest directory above it that is there: what we make ourselves is not yet. */
function existing(path: string, host: Host): readonly Step[] | undefined {
  return host.steps(path) ?? (path === '/' ? undefined : existing(path.slice(0, path.lastIndexOf('/')) || '/', host));
}

/** The search bit of a directory: owner, else group, else everyone, path_resolution(7). */
function mayEnter({ uid, gid, mode }: Step, account: Plan['account']): boolean {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
