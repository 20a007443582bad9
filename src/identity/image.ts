import { misread, type Misread } from './reading.ts';

export interface Image {
  readonly image: string;
  readonly digest: string;
}

/**
 * A reference with a digest, its repository written out as docker does: `alpine` is `docker.io/library/alpine`. A tag
 * beside the digest means nothing, and is left out.
 */
export function readImage(reference: string): Image | Misread {
  const [, path = '', tag, digest] = /^([^@]*?)(?::([^:/@]*))?(?:@(.*))?$/s.exec(reference) ?? [];
  const image = withRegistry(path);
  const isName = REPOSITORY.test(image) && (tag === undefined || TAG.test(tag));
  if (!isName || (digest !== undefined && !DIGEST.test(digest)))
    return misread('package-spec', `\`${reference}\` is no image by its digest`, 'write `image@sha256:` and 64 digits');
  if (digest !== undefined) return { image, digest };
  return misread(
    'package-floating',
    `\`${reference}\` names no digest: who holds the name can change what it runs`,
    `write \`${path}@sha256:…\`; \`docker image inspect --format '{{.RepoDigests}}' ${reference}\` prints it`,
  );
}

/** Whether it says itself which registry it is of: the first part has a dot or a port, or is this machine. */
export function hasRegistry(reference: string): boolean {
  const [host, ...path] = reference.split('/');
  return path.length > 0 && /[.:]|^localhost$/.test(host ?? '');
}

function withRegistry(path: string): string {
  const full = hasRegistry(path) ? path.replace(/^index\.docker\.io\//, 'docker.io/') : `docker.io/${path}`;
  return full.replace(/^docker\.io\/(?=[^/]*$)/, 'docker.io/library/');
}

const REPOSITORY =
  /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
