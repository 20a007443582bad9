import { refusal, type Finding } from '../finding/finding.ts';
import { BUBBLEWRAP } from './bubblewrap.ts';
import type { BubblewrapFile } from './machine.ts';

/** Whether {@link judgeBubblewrap} has nothing to say. */
export function isTrusted({ uid, mode }: BubblewrapFile): boolean {
  return uid === 0 && (mode & 0o6022) === 0;
}

/** Only root may have made what confines, and it may not run as root: CVE-2020-5291, CVE-2026-41163. */
export function judgeBubblewrap({ uid, mode }: BubblewrapFile): Finding | undefined {
  if (uid !== 0 || (mode & 0o022) !== 0)
    return refusal(
      'sandbox-untrusted',
      `${BUBBLEWRAP} can be changed by others than root`,
      `\`sudo chown root:root ${BUBBLEWRAP} && sudo chmod 755 ${BUBBLEWRAP}\``,
    );
  if ((mode & 0o6000) !== 0)
    return refusal(
      'sandbox-untrusted',
      `${BUBBLEWRAP} is setuid: a fault in it would give root’s rights`,
      `\`sudo chmod u-s,g-s ${BUBBLEWRAP}\`; user namespaces need no setuid`,
    );
  return undefined;
}
