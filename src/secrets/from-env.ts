import type { Host } from '../plan/host.ts';
import { failed, type Read } from './asked.ts';

/** From the environment that the client gave us. */
export function fromEnv(name: string, host: Host): Read {
  const value = host.variable(name);
  return value === undefined
    ? failed('absent', 'the variable is not set', 'set it where the client starts, or keep the secret in a store')
    : { ok: true, value };
}
