/** What runs, whatever it was called by: a package at one version, or an image by its content. Plain data. */
export type Identity =
  | {
      readonly kind: 'npm';
      readonly name: string;
      readonly version: string;
      /** Which of its programs, where it was named; without it, the one that the package itself means. */
      readonly bin?: string;
    }
  | {
      readonly kind: 'pypi';
      /** As PEP 503 writes it: lower case, one dash for each run of `-`, `_`, `.`. */
      readonly name: string;
      readonly version: string;
      /** Without it, the program that is named as the package, which launchers take by default. */
      readonly bin?: string;
    }
  | {
      readonly kind: 'oci';
      /** With its registry: `docker.io/library/alpine`. */
      readonly image: string;
      /** `sha256:` and 64 digits. */
      readonly digest: string;
      /** What runs it, where it was named. */
      readonly runtime?: 'docker' | 'podman';
    };

/** A file that an interpreter runs: no identity, for what it holds is known only by its hash. */
export interface Script {
  readonly kind: 'script';
  readonly runner: 'node' | 'python' | 'shell' | 'deno';
  /** Absolute. */
  readonly path: string;
}

/** The key of a lock, and what a policy may write as `command`: without `bin`, for a package is locked whole. */
export function identityText(identity: Identity): string {
  if (identity.kind === 'oci') return `oci:${identity.image}@${identity.digest}`;
  const { kind, name, version } = identity;
  return kind === 'npm' ? `npm:${name}@${version}` : `pypi:${name}==${version}`;
}

/** Whether both mean the same program. A program that is named is another than one that is not: only a lock knows better. */
export function isSameIdentity(one: Identity, other: Identity): boolean {
  if (identityText(one) !== identityText(other)) return false;
  if (one.kind === 'oci' || other.kind === 'oci') {
    const [first, second] = [one, other].map((identity) => (identity.kind === 'oci' ? identity.runtime : undefined));
    return first === undefined || second === undefined || first === second;
  }
  return one.bin === other.bin;
}
