import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Place } from '../finding/finding.ts';
import { isWithin, pathAndAncestors } from '../match/path.ts';
import type { Entries } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Mount, Plan } from './plan.ts';
import { PRIVATE_CWD } from './sandbox-paths.ts';

/**
 * Where the server stands. Never where the client stands, unless the policy says `project` and grants that place; and
 * in a directory of its own, unless every layer names the same other one.
 */
export function decideCwd(
  entries: Entries,
  mounts: readonly Mount[],
  isConfined: boolean,
  host: Host,
): Decision<Plan['cwd']> {
  const [{ server }] = entries;
  const wanted = entries.map((entry) => entry.server.cwd);
  const asked = wanted.at(-1);
  const places = wanted.map((cwd) => (cwd && cwd.value !== 'private' ? placeOf(cwd.value, host) : PRIVATE_CWD));
  const isPrivate = places.includes(PRIVATE_CWD) || new Set(places).size > 1;
  if (!asked || isPrivate) {
    const because = asked ? { reason: '`cwd`', at: asked.at } : { reason: 'a directory of its own' };
    return allow({ path: isConfined ? PRIVATE_CWD : `${host.directories.data}/cwd/${server.id}`, because });
  }
  const path = places.at(-1);
  if (path === undefined) return deny(missing(asked.value, host, asked.at));
  if (host.file(path)?.kind !== 'directory')
    return deny(refusal('cwd-missing', `\`${path}\` is not a directory`, 'name a directory', asked.at));
  if (isConfined && !mounts.some((mount) => mount.kind === 'bind' && isWithin(path, mount.path))) {
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

function placeOf(asked: string, host: Host): string | undefined {
  return asked === 'project' ? projectRoot(host) : host.real(asked);
}

/** The nearest directory with a `.git` at or above the client's. */
function projectRoot(host: Host): string | undefined {
  const cwd = host.cwd === undefined ? undefined : host.real(host.cwd);
  if (cwd === undefined) return undefined;
  return pathAndAncestors(cwd).findLast(
    (directory) => host.file(`${directory === '/' ? '' : directory}/.git`) !== undefined,
  );
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
