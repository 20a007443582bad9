import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Entries } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Mount, Narrowing, Plan } from './plan.ts';
import { clientDirectory, repositoryOf } from './repository.ts';
import { PRIVATE_CWD, type Places } from './sandbox-paths.ts';

/**
 * Where the server stands. Never where the client stands, unless the policy says `project` and grants that place; and
 * in a directory of its own, unless every layer names the same other one. Without `places` it is not confined.
 */
export function decideCwd(
  entries: Entries,
  mounts: readonly Mount[],
  places: Places | undefined,
  host: Host,
): Decision<Plan['cwd']> {
  const [{ server }] = entries;
  const asked = entries.at(-1)?.server.cwd;
  const named = placesOf(entries, host);
  if (!asked || isPrivate(named)) {
    const because = asked ? { reason: '`cwd`', at: asked.at } : { reason: 'a directory of its own' };
    return allow({ path: places?.cwd ?? `${host.directories.data}/cwd/${server.id}`, because });
  }
  const path = named.at(-1);
  if (path === undefined) return deny(missing(asked.value, host, asked.at));
  if (host.file(path)?.kind !== 'directory')
    return deny(refusal('cwd-missing', `\`${path}\` is not a directory`, 'name a directory', asked.at));
  if (places && !mounts.some((mount) => mount.kind === 'bind' && isWithin(path, mount.path))) {
    return deny(
      refusal(
        'cwd-not-granted',
        `\`${path}\` is to be the working directory, and the server cannot see it`,
        `add it, or a directory above it, to \`files.read\` or \`files.write\``,
        asked.at,
      ),
    );
  }
  return allow({ path, because: { reason: `\`cwd: ${asked.value}\``, at: asked.at } });
}

/** Working directories that a weaker layer names in vain, for a stronger one does not name the same. */
export function narrowedCwd(entries: Entries, host: Host): readonly Narrowing[] {
  const [{ server: strongest }, ...others] = entries;
  if (!isPrivate(placesOf(entries, host))) return [];
  const by = strongest.cwd?.at ?? strongest.at;
  return others.flatMap(({ server: { cwd } }) =>
    cwd && cwd.value !== 'private' ? [{ what: `cwd ${cwd.value}`, at: cwd.at, by }] : [],
  );
}

function isPrivate(places: readonly (string | undefined)[]): boolean {
  return places.includes(PRIVATE_CWD) || new Set(places).size > 1;
}

function placesOf(entries: Entries, host: Host): readonly (string | undefined)[] {
  return entries.map(({ server: { cwd } }) =>
    cwd && cwd.value !== 'private' ? placeOf(cwd.value, host) : PRIVATE_CWD,
  );
}

function placeOf(asked: string, host: Host): string | undefined {
  if (asked !== 'project') return host.real(asked);
  const client = clientDirectory(host);
  return client === undefined ? undefined : repositoryOf(client, host);
}

function missing(asked: string, host: Host, at: Place) {
  if (asked !== 'project')
    return refusal('cwd-missing', `\`${asked}\` is not there`, 'create it, or name another directory', at);
  const from = host.cwd === undefined ? 'the client’s directory is gone' : `no repository at or above \`${host.cwd}\``;
  return refusal(
    'cwd-missing',
    `${from}, and \`cwd\` is \`project\``,
    'start the client inside a repository, or write an absolute path',
    at,
  );
}
