import { passes, type Probe } from '../finding/probe.ts';
import type { Machine } from './machine.ts';

/** What the limits of a policy could rest on. Told and not judged: no limit is enforced by cgroups yet. */
export function probeCgroups({ cgroups: { version, delegated, scope } }: Machine): Probe {
  const name = 'cgroups';
  if (version === undefined) return passes(name, 'none; nothing needs them yet');
  const yours = NEEDED.filter((controller) => delegated.includes(controller)).join(' and ') || 'nothing of it';
  const scopes = scope === undefined ? '' : `, \`systemd-run --user\` ${scope ? 'works' : 'fails'}`;
  return passes(name, `version ${version}, ${yours} yours${scopes}; not needed yet`);
}

/** What would hold `memory` and `processes` of a policy. */
const NEEDED = ['memory', 'pids'];
