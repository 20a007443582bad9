import { readImage } from './image.ts';
import { isBin } from './bin.ts';
import { readNpmSpec } from './npm-spec.ts';
import type { Identity } from './identity.ts';
import { readPypiSpec } from './pypi-spec.ts';
import { toIdentity } from './to-identity.ts';
import { misread, type Misread } from './reading.ts';

/**
 * The short form of a policy: `npm:NAME@EXACT`, `pypi:NAME==EXACT`, `oci:IMAGE@sha256:…`; of a package with several
 * programs `#BIN` says which. Undefined where the text is none of these.
 */
export function parseIdentity(text: string): { readonly ok: true; readonly identity: Identity } | Misread | undefined {
  const [, kind, rest = ''] = /^(npm|pypi|oci):(.*)$/s.exec(text) ?? [];
  if (kind !== 'npm' && kind !== 'pypi' && kind !== 'oci') return undefined;
  if (kind === 'oci') {
    const image = readImage(rest);
    return 'ident' in image ? image : { ok: true, identity: { kind, ...image } };
  }
  const [spec = '', bin, ...more] = rest.split('#');
  const found = kind === 'npm' ? readNpmSpec(spec) : readPypiSpec(spec);
  if ('ident' in found) return found;
  if (bin !== undefined && (!isBin(bin) || more.length > 0))
    return misread('package-spec', `\`#${bin}\` names no program of a package`, 'write its name alone: `#name`');
  return { ok: true, identity: toIdentity(kind, found, bin) };
}
