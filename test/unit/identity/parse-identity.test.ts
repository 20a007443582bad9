import { expect, test } from 'vitest';
import { identityText, isSameIdentity, type Identity } from '../../../src/identity/identity.ts';
import { parseIdentity } from '../../../src/identity/parse-identity.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  ['npm:pkg@1.2.3', 'npm:pkg@1.2.3'],
  ['npm:@scope/pkg@1.2.3-beta.1', 'npm:@scope/pkg@1.2.3-beta.1'],
  ['npm:@scope/pkg@1.2.3#bin', 'npm:@scope/pkg@1.2.3 bin'],
  ['pypi:Some_Pkg==1.0', 'pypi:some-pkg==1.0'],
  ['pypi:pkg==1.0#server', 'pypi:pkg==1.0 server'],
  ['pypi:some-pkg==1.0#some_pkg', 'pypi:some-pkg==1.0'],
  [`oci:alpine@${DIGEST}`, `oci:docker.io/library/alpine@${DIGEST}`],
  [`oci:index.docker.io/acme/crm:1@${DIGEST}`, `oci:docker.io/acme/crm@${DIGEST}`],
  ['npm:pkg', 'package-floating'],
  ['npm:pkg@latest', 'package-floating'],
  ['npm:pkg@1.2', 'package-floating'],
  ['npm:', 'package-spec'],
  ['npm:./dir', 'package-spec'],
  ['npm:pkg@1.2.3#', 'package-spec'],
  ['npm:pkg@1.2.3#a#b', 'package-spec'],
  ['npm:pkg@1.2.3#../x', 'package-spec'],
  ['npm:pkg@1.2.3#node', 'package-spec'],
  ['npm:pkg@1.2.3\nx', 'package-spec'],
  ['pypi:pkg@1.0', 'package-floating'],
  ['pypi:pkg>=1.0', 'package-floating'],
  ['pypi:pkg[x]==1.0', 'package-spec'],
  ['oci:alpine', 'package-floating'],
  ['oci:alpine:3', 'package-floating'],
  [`oci:alpine@${DIGEST.toUpperCase()}`, 'package-spec'],
  [`oci:alpine@${DIGEST}#x`, 'package-spec'],
])('%s → %s', (text, expected) => {
  const parsed = parseIdentity(text);
  if (!parsed) throw new Error('no package');
  if ('ident' in parsed) return expect(parsed.ident).toBe(expected);
  const bin = 'bin' in parsed.identity ? ` ${parsed.identity.bin}` : '';
  expect(`${identityText(parsed.identity)}${bin}`).toBe(expected);
});

test.each(['pkg@1.2.3', '/opt/npm:x', 'git:pkg', 'NPM:pkg@1.2.3', ''])('`%s` is no short form', (text) => {
  expect(parseIdentity(text)).toBeUndefined();
});

test.each<[string, Identity, Identity, boolean]>([
  ['a version', npm('1.2.3'), npm('1.2.3'), true],
  ['another version', npm('1.2.3'), npm('1.2.4'), false],
  ['a program', npm('1.2.3', 'a'), npm('1.2.3', 'a'), true],
  ['another program', npm('1.2.3', 'a'), npm('1.2.3', 'b'), false],
  ['a program, and the default one', npm('1.2.3', 'a'), npm('1.2.3'), false],
  ['another index', npm('1.2.3'), { kind: 'pypi', name: 'pkg', version: '1.2.3' }, false],
  ['an image, whatever runs it', oci(), oci('docker'), true],
  ['an image, by another runtime', oci('podman'), oci('docker'), false],
])('%s is the same: %#', (_title, one, other, expected) => {
  expect(isSameIdentity(one, other)).toBe(expected);
  expect(isSameIdentity(other, one)).toBe(expected);
});

function npm(version: string, bin?: string): Identity {
  return { kind: 'npm', name: 'pkg', version, ...(bin !== undefined && { bin }) };
}

function oci(runtime?: 'docker' | 'podman'): Identity {
  return { kind: 'oci', image: 'docker.io/acme/crm', digest: DIGEST, ...(runtime && { runtime }) };
}
