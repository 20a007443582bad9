import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import type { Layer, Policy } from '../policy/policy.ts';
import { grantingLayer, type Entry } from './decide-server.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';
import type { ProgramFile } from './program-file.ts';

/** The SHA-256 that the lock of a layer has of a program, if it has one. */
export type FindPinned = (asked: string, layer: Layer, host: Host) => Decision<{ readonly sha256: string | undefined }>;

/**
 * Whether a program that the account could change, and of which the policy has no hash, is the one of the lock: that of
 * the strongest policy, as with a package.
 */
export function decidePinned(
  entry: Pick<Entry, 'server' | 'layer'>,
  { asked, real }: ProgramFile,
  policy: Policy,
  host: Host,
  find: FindPinned,
): Decision<Pick<Program, 'sha256' | 'heldBy'>> {
  const { server } = entry;
  const found = find(asked.value, grantingLayer(entry, policy), host);
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
