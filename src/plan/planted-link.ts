import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Policy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import { linksOnPath } from './links-on-path.ts';

/**
 * Links on the way to a path that lie where a server may write. What a server can write it can replace by a link, and
 * whatever the policy says of that path would at the next start be said of the link's target.
 */
export function findPlantedLinks(path: string, at: Place, policy: Policy, host: Host): Finding[] {
  const isSafe = policy.servers.every(({ write }) => write.length === 0);
  const links = isSafe ? [] : linksOnPath(path, host);
  return policy.servers.flatMap((server) =>
    server.write.flatMap(({ value }) => {
      const root = host.real(expandHome(value, host));
      if (root === undefined || !links.some((link) => link !== root && isWithin(link, root))) return [];
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
