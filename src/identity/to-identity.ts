import type { Identity } from './identity.ts';
import type { Package } from './npm-spec.ts';
import { normalised } from './pypi-spec.ts';

/**
 * Which program of an npm package it means by default, its manifest says; of one of PyPI it is the one that has the
 * package's name, so that naming it says nothing more.
 */
export function toIdentity(kind: 'npm' | 'pypi', { name, version }: Package, bin: string | undefined): Identity {
  const isDefault = bin === undefined || (kind === 'pypi' && normalised(bin) === name);
  return { kind, name, version, ...(!isDefault && { bin }) };
}
