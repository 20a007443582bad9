import { allow, type Decision } from '../finding/decision.ts';
import type { Account } from '../plan/host.ts';
import { decode, encode } from '../policy/compiled-form.ts';
import type { Policy } from '../policy/policy.ts';
import { readOwnFile, writeOwnFile } from './own-file.ts';
import type { PolicyFile } from './policy-file.ts';

export interface CompileOptions {
  readonly state: string;
  readonly account: Account;
  readonly version: string;
  /** Loads what reads the text of a policy, and the libraries that it needs: only where a policy is new. */
  readonly compiler: Compiler;
}

export type Compiler = () => Promise<{ readonly parsePolicy: (file: string, text: string) => Decision<Policy> }>;

/**
 * The policy that a file's text says: from our state directory when it was compiled before, else compiled and kept.
 *
 * A policy that root owns is compiled at every start of another account: that account could write what is kept, and
 * with it what root's policy means.
 */
export async function loadPolicy(
  source: PolicyFile,
  { state, account, version, compiler }: CompileOptions,
): Promise<Decision<Policy>> {
  const key = { version, file: source.file, text: source.text };
  const path = `${state}/compiled/${nameFor(source.file)}.json`;
  const mayKeep = !source.isRoots || account.uid === 0;

  const kept = mayKeep ? readOwnFile(path, account.uid)?.toString() : undefined;
  const known = kept === undefined ? undefined : decode(key, kept);
  if (known) return allow(known);

  const { parsePolicy } = await compiler();
  const policy = parsePolicy(source.file, source.text);
  if (policy.allowed && mayKeep) keepCompiled(path, encode(key, policy.granted));
  return policy;
}

/** Keeping it only makes the next start faster: a full or read-only disk is no reason not to start. */
function keepCompiled(path: string, json: string): void {
  try {
    writeOwnFile(path, json);
  } catch {
    // The next start compiles again; nothing is decided by this file being there.
  }
}

/** A file name for a policy's path. Two paths that share one only replace each other's file: the text inside decides. */
function nameFor(path: string): string {
  let hash = 0xcbf29ce484222325n; // FNV-1a, 64 bit: cheaper than to load a cryptographic hash, and nothing rests on it
  for (const byte of Buffer.from(path)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
