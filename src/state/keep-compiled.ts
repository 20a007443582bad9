import { encode, type CompiledKey } from '../policy/compiled-form.ts';
import type { Layer } from '../policy/policy.ts';
import { isKeeper, pathFor } from './compiled-policy.ts';
import type { OwnPlace } from './layers.ts';
import { writeOwnFile } from './write-own-file.ts';

/** Keeping it only makes the next start faster: a full or read-only disk is no reason not to start. */
export function keepCompiled(key: CompiledKey, isRoots: boolean, own: OwnPlace, layer: Layer): void {
  if (!isKeeper(key, isRoots, own)) return;
  try {
    writeOwnFile(pathFor(key, own), encode(key, layer), { isForAll: key.kind === 'managed' });
  } catch {
    // The next start compiles again; nothing is decided by this file being there.
  }
}
