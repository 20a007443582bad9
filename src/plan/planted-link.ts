import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Policy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';

/**
 * Links on the way to a path that lie where a server may write. What a server can write it can replace by a link, and
 * whatever the policy says of that path would at the next start be said of the link's target.
 */
export function findPlantedLinks(path: string, at: Place, policy: Policy, host: Host): Finding[] {
  const isSafe = policy.servers.every(({ write }) => write.length === 0);
  const directories = isSafe ? [] : directoriesWithLinks(path, host);
  return policy.servers.flatMap((server) =>
    server.write.flatMap(({ value }) => {
      const root = host.real(expandHome(value, host));
      if (root === undefined || !directories.some((directory) => isWithin(directory, root))) return [];
      return [
        refusal(
          'grant-link',
          `\`${path}\` is reached by a link inside \`${value}\`, where \`${server.id}\` can make links to anything`,
          `write where it leads to, ${host.real(path) ?? 'the real path'}, if that is what is meant`,
          at,
        ),
      ];
    }),
  );
}

/** The directories, by their real paths, that hold a link which is followed on the way to `path`. */
function directoriesWithLinks(path: string, host: Host): readonly string[] {
  const found: string[] = [];
  let real = '';
  let rest = path.split('/').filter((name) => name !== '');
  for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
    if (step === '..') real = real.slice(0, Math.max(0, real.lastIndexOf('/')));
    if (step === '..' || step === '.') continue;
    const to = host.link(`${real}/${step}`);
    if (to === undefined) {
      real += `/${step}`;
      continue;
    }
    found.push(real === '' ? '/' : real);
    if (found.length > MAX_LINKS) return found;
    if (to.startsWith('/')) real = '';
    rest = [...to.split('/').filter((name) => name !== ''), ...rest];
  }
  return found;
}

/** The kernel follows as many: path_resolution(7). */
const MAX_LINKS = 40;
