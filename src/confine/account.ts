import type { Plan } from '../plan/plan.ts';
import type { Spawn } from './spawn.ts';

/** The account to change to before anything else happens, where it is another than ours. */
export function accountOf({ account }: Plan): Spawn['account'] {
  return account.changes ? { uid: account.uid, gid: account.gid } : undefined;
}
