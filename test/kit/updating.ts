import type { LockOptions } from '../../src/commands/lock.ts';
import { findTargets } from '../../src/commands/lock-targets.ts';
import { survey } from '../../src/commands/survey.ts';
import { REPOSITORY } from './command.ts';

/** What `lock --update --yes` begins with: the one package of a policy, and who is shown what it brings. */
export async function beginUpdate(policy: string) {
  const surveyed = await survey(policy);
  if (!surveyed.situation.allowed) throw new Error('the policy is not valid');
  const [target] = findTargets(surveyed.situation.granted.policy, []).targets;
  if (!target) throw new Error('the policy names no package');
  const shown: string[] = [];
  const io = {
    out: (text: string) => void shown.push(text),
    err: () => {},
    width: 80,
    paintOut: PLAIN,
    paintErr: PLAIN,
  };
  const flags = { update: true, prune: false, yes: true, json: false, quiet: false, mayAsk: false, isWatched: false };
  const options: LockOptions = { policy, servers: [], built: `${REPOSITORY}/dist`, ...flags };
  return { surveyed, target, io, options, shown };
}

const plain = (text: string): string => text;
const PLAIN = { error: plain, warning: plain, quiet: plain, strong: plain };

export const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
