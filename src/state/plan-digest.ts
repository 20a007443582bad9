import { keyedSha256, sha256 } from '../host/hash.ts';
import { digestOf } from '../plan/digest.ts';
import type { Host } from '../plan/host.ts';
import type { Plan } from '../plan/plan.ts';
import type { Texts } from './situation.ts';
import { digestKey } from './digest-key.ts';

/** A plan's digest, with this account's key. Throws when that key can be neither read nor made. */
export function planDigest(plan: Plan, texts: Texts, host: Host, version: string): string {
  const key = digestKey(host.directories.state, host.account);
  return digestOf(plan, host, { version, texts: [...texts], sha256, keyedSha256: (value) => keyedSha256(key, value) });
}
