import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import type { Layer, Policy } from '../policy/policy.ts';
import type { Entry } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';
import type { ProgramFile } from './program-file.ts';

/** The SHA-256 that the lock of a layer has of a program, if it has one. */
export type FindPinned = (asked: string, layer: Layer, host: Host) => Decision<{ readonly sha256: string | undefined }>;

/**
 * Whether a program that the account could change, and of which the policy has no hash, is the one of the lock. As with a
 * package, the lock of the strongest policy that names the server counts.
 */
export function decidePinned(
  { server, layer }: Pick<Entry, 'server' | 'layer'>,
  { asked, real }: ProgramFile,
  policy: Policy,
  host: Host,
  find: FindPinned,
): Decision<Pick<Program, 'sha256' | 'heldBy'>> {
  const strongest = policy.layers.find(({ servers }) => servers.some(({ id }) => id === server.id)) ?? layer;
  const found = find(asked.value, strongest, host);
  if (!found.allowed) return found;
  const { sha256 } = found.granted;
  const actual = host.sha256(real);
  if (sha256 === undefined) {
    return deny(
      refusal(
        'program-not-pinned',
        `\`${real}\` can be changed by your account, and neither a \`sha256\` nor the lock holds it`,
        `after a look at the file, \`mcp-secure-run lock ${server.id}\`, or write \`sha256: ${actual ?? '…'}\``,
        asked.at,
      ),
    );
  }
  if (actual === sha256) return allow({ sha256, heldBy: 'lock' });
  if (actual === undefined)
    return deny(refusal('program-unreadable', `\`${real}\` cannot be read`, `\`namei -l ${real}\``, asked.at));
  return deny(
    refusal(
      'program-changed',
      `\`${real}\` is not the file that was locked: its sha256 is ${actual}`,
      `look at what changed; \`mcp-secure-run lock ${server.id} --update\` if that was you`,
      asked.at,
    ),
  );
}
