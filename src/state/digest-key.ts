import type { Account } from '../plan/host.ts';
import { codeOf } from '../host/system-error.ts';
import { readOwnFile } from './read-own-file.ts';
import { writeOwnFile } from './write-own-file.ts';

/**
 * The key of this account's plan digests, made once. With it a digest can cover the values that a server takes from
 * the client's environment, and still tell nobody who lacks the key what they are. Throws when it cannot be kept.
 */
export function digestKey(state: string, account: Account): Uint8Array {
  const path = `${state}/digest-key`;
  const kept = readOwnFile(path, account.uid);
  if (kept?.length === KEY_BYTES) return kept;

  const fresh = process.getBuiltinModule('node:crypto').randomBytes(KEY_BYTES);
  try {
    writeOwnFile(path, fresh, { keep: true });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // another start was first: its key is the one
  }
  const key = readOwnFile(path, account.uid);
  if (key?.length !== KEY_BYTES)
    throw new Error(`${path} is not a key of ${KEY_BYTES} bytes that belongs to you alone`);
  return key;
}

const KEY_BYTES = 32;
