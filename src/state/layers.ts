import { allow, deny, type Decision } from '../finding/decision.ts';
import type { Layer } from '../policy/policy.ts';
import { isThere, readManagedPolicy } from './managed-policy.ts';
import { readPolicyFile, type PolicyFile } from './policy-file.ts';

/** Where we keep things of our own, and whose they are. */
export interface OwnPlace {
  readonly state: string;
  readonly uid: number;
}

/** The files of a layer that grants. */
export interface LayerFiles {
  readonly kind: Layer['kind'];
  readonly files: readonly PolicyFile[];
  /** Whether root owns all of it, so that nobody else may have a say in what it means. */
  readonly isRoots: boolean;
}

/**
 * The layers that can grant, strongest first. The managed one need not be there; the user's need not where that one is,
 * unless it was chosen. A layer that is there and cannot be read is an error, never "absent".
 */
export function readLayers(chosen: string | undefined, config: string, uid: number): Decision<readonly LayerFiles[]> {
  const managed = readManagedPolicy();
  if (!managed.allowed) return managed;
  const layers = managed.granted.length > 0 ? [layerOf('managed', managed.granted)] : [];

  const path = chosen ?? `${config}/policy.yaml`;
  if (layers.length > 0 && chosen === undefined && !isThere(path)) return allow(layers);
  const user = readPolicyFile(path, chosen === undefined ? 'own' : 'chosen', uid);
  return user.allowed ? allow([...layers, layerOf('user', [user.granted])]) : deny(...user.findings);
}

function layerOf(kind: Layer['kind'], files: readonly PolicyFile[]): LayerFiles {
  return { kind, files, isRoots: files.every(({ isRoots }) => isRoots) };
}
