import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { unsafeAt, type Policy } from '../policy/policy.ts';
import type { Entry } from './decide-server.ts';
import type { Host } from './host.ts';
import { judgeCustody } from './judge-program-file.ts';
import { keeperOf } from './keeper-of.ts';
import type { Engines } from './matching.ts';
import type { Program } from './plan.ts';
import type { ProgramFile } from './program-file.ts';

/**
 * What holds the program to what was reviewed: its hash, of the policy or of the lock; or that only root could change it.
 * What the user's account could change needs the hash, for other programs run under that account too.
 */
export function decidePin(
  entry: Pick<Entry, 'server' | 'layer'>,
  file: ProgramFile,
  policy: Policy,
  host: Host,
  engines: Pick<Engines, 'pinned'>,
): Decision<Pick<Program, 'sha256' | 'heldBy'>> {
  const { server } = entry;
  const {
    path,
    real,
    asked: { at },
  } = file;
  const faults = judgeCustody(path, at, host);
  if (faults.length > 0) return deny(...faults);

  if (server.sha256) {
    const actual = host.sha256(real);
    if (actual === undefined)
      return deny(
        refusal('program-unreadable', `\`${real}\` cannot be read`, `make it readable: \`chmod a+r ${real}\``, at),
      );
    if (actual === server.sha256.value) return allow({ sha256: actual, heldBy: 'sha256' });
    return deny(
      refusal(
        'program-changed',
        `\`${real}\` is not the file that was pinned: its sha256 is ${actual}`,
        'look at what changed; if it is right, write this hash here',
        server.sha256.at,
      ),
    );
  }
  if (keeperOf(path, host)?.of === 'root') return allow({ heldBy: 'root' });
  if (unsafeAt(server, 'unlocked')) return allow({ heldBy: 'nothing' });
  return engines.pinned(entry, file, policy, host);
}
