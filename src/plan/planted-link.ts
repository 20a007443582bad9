import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { everyServer, type Policy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import { wayTo } from './way-to.ts';

/**
 * Links on the way to a path that lie where a server may write. What a server can write it can replace by a link, and
 * whatever the policy says of that path would at the next start be said of the link's target.
 */
export function findPlantedLinks(path: string, at: Place, policy: Policy, host: Host): Finding[] {
  const servers = everyServer(policy);
  const isSafe = servers.every(({ write }) => write.length === 0);
  if (isSafe) return [];
  const { links, real } = wayTo(path, host);
  // Looked at twice, it led to two places: a server that runs meanwhile makes and removes a link.
  if (real !== host.real(path)) return [changing(path, at)];
  return servers.flatMap((server) =>
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

function changing(path: string, at: Place): Finding {
  return refusal(
    'path-changed',
    `\`${path}\` was led elsewhere while it was looked at`,
    'start it again; if this comes back, find out what replaces it',
    at,
  );
}
