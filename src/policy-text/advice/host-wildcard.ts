import { warning, type Finding } from '../../finding/finding.ts';
import type { ParsedLayer } from '../parse-policy.ts';

/**
 * A domain and all below it: a server asks for names of its own making, and who answers for a subdomain reads them. The
 * proxy resolves the name, so each label is a message out (DNS tunnelling; MITRE ATT&CK T1071.004).
 */
export function adviseWildcards({ layer }: ParsedLayer): Finding[] {
  return layer.servers.flatMap(({ id, network }) => {
    if (network.mode !== 'list') return [];
    return network.hosts
      .filter(({ kind }) => kind === 'domain' || kind === 'below')
      .map(({ name, at }) =>
        warning(
          'host-wildcard',
          `\`${id}\` may ask for any name below \`${name}\`, and so send data out in the names themselves`,
          'list the hosts that it needs, one by one',
          at,
        ),
      );
  });
}
