import { deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { codeOf, isRefusedBySystem } from '../host/system-error.ts';
import type { Host } from '../plan/host.ts';

/** What an installation comes to; a no of the system's on the way is a finding. */
export async function orDiskFault<Answer>(
  what: string,
  host: Host,
  act: () => Promise<Decision<Answer>>,
): Promise<Decision<Answer>> {
  try {
    return await act();
  } catch (error) {
    if (!isRefusedBySystem(error)) throw error;
    return deny(diskFault(what, error, host));
  }
}

export function diskFault(what: string, error: Error, host: Host): Finding {
  const code = codeOf(error);
  const { data } = host.directories;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return refusal(
      'lock-failed',
      `there is no room on the disk for \`${what}\``,
      `\`df ${data}\` shows how full it is`,
    );
  return refusal('lock-failed', `\`${what}\` cannot be put into ${data} (${code})`, `\`namei -l ${data}\``);
}
