import { allow, type Decision } from '../finding/decision.ts';
import { decode, type CompiledKey } from '../policy/compiled-form.ts';
import type { Layer, ProjectLayer } from '../policy/policy.ts';
import { readOwnFile } from './read-own-file.ts';
import type { LayerFiles, OwnPlace } from './layers.ts';

/** What reads the text of a policy, and the libraries that it needs: loaded only where a policy is new. */
export type Compiler = () => Promise<{
  readonly compileLayer: (
    kind: Layer['kind'],
    texts: CompiledKey['texts'],
  ) => Promise<Decision<{ readonly layer: Layer }>>;
  readonly parseProject: (text: CompiledKey['texts'][number]) => Decision<ProjectLayer>;
  readonly keepCompiled: (key: CompiledKey, isRoots: boolean, own: OwnPlace, layer: Layer) => void;
}>;

/** A layer from what was kept when it was compiled before, else compiled and kept. */
export async function keptOrCompiled(
  { kind, files, isRoots }: LayerFiles,
  own: OwnPlace,
  version: string,
  compiler: Compiler,
): Promise<Decision<Layer>> {
  const key = { version, kind, texts: files.map(({ file, text }) => ({ file, text })) };
  const known = decodeKept(key, isRoots, own);
  if (known) return allow(known);

  const { compileLayer, keepCompiled } = await compiler();
  const parsed = await compileLayer(kind, key.texts);
  if (!parsed.allowed) return parsed;
  keepCompiled(key, isRoots, own, parsed.granted.layer);
  return allow(parsed.granted.layer);
}

/**
 * What was kept of this layer. What root's policy means is read only from where root alone can write: another account
 * could write what lies in its own directory.
 */
export function decodeKept(key: CompiledKey, isRoots: boolean, own: OwnPlace): Layer | undefined {
  if (key.kind === 'user' && !isKeeper(key, isRoots, own)) return undefined;
  const kept = readOwnFile(pathFor(key, own), key.kind === 'managed' ? 0 : own.uid)?.toString();
  return kept === undefined ? undefined : decode(key, kept);
}

/** Root keeps what root's policy means, each account what its own does. */
export function isKeeper({ kind }: CompiledKey, isRoots: boolean, { uid }: OwnPlace): boolean {
  return uid === 0 || (kind === 'user' && !isRoots);
}

export function pathFor({ kind, texts }: CompiledKey, { state }: OwnPlace): string {
  const name = nameFor(`${kind}\0${texts.map(({ file }) => file).join('\0')}`);
  return `${kind === 'managed' ? ROOTS_STATE : state}/compiled/${name}.json`;
}

/** Where root keeps what every account reads: hier(7). */
export const ROOTS_STATE = '/var/cache/mcp-secure-run';

/** A file name for a layer. Two that share one only replace each other's file: the texts inside decide. */
export function nameFor(text: string): string {
  // FNV-1a, 32 bit, from either end: cheaper than to load a cryptographic hash, and nothing rests on it.
  const bytes = Buffer.from(text);
  return [bytes, bytes.toReversed()].map(fnv).join('');
}

function fnv(bytes: Uint8Array): string {
  const hash = bytes.reduce((so, byte) => Math.imul(so ^ byte, 0x01000193), 0x811c9dc5);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
