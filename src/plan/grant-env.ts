import { allow, type Decision } from '../finding/decision.ts';
import { ceilingOf, type Policy } from '../policy/policy.ts';
import { askEach } from './ask-each.ts';
import { decideEnv } from './decide-env.ts';
import type { Entries } from './decide-server.ts';
import { grantWithin } from './grant-within.ts';
import type { Host } from './host.ts';
import type { Engines } from './matching.ts';
import type { EnvRule } from './plan.ts';

/** The variables that every layer gives a server, within the ceiling; asked for beside a plan. */
export function grantEnv(entries: Entries, policy: Policy, host: Host, engines: Engines): Decision<readonly EnvRule[]> {
  const env = askEach(entries, ({ server }) => decideEnv(server, host, engines));
  return env.allowed ? allow(grantWithin(entries, ceilingOf(policy), [], env.granted, host).env) : env;
}
