import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { serveHttps } from './own-https.ts';

/** A package as a test publishes it. */
export interface Published {
  readonly name: string;
  readonly version: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Beside name and version, what its package.json says. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** In place of the hash of its tarball. */
  readonly integrity?: string;
  /** The day; without it, one long ago. */
  readonly published?: string;
}

export interface Registry {
  readonly address: string;
  /** PEM. */
  readonly ca: string;
  /** What was asked, with who said to be asking. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  /** From now on, each request is answered so; but those of which this says `as usual`, and all where nothing is given. */
  answer(how?: (response: ServerResponse, path: string) => unknown): void;
  publish(one: Published): void;
}

/** A registry of packages on this machine, under its own name, with a certificate that nobody else signed. */
export async function serveRegistry(): Promise<Registry> {
  const asked: Registry['asked'] = [];
  const documents = new Map<string, string | Buffer>();
  const packages = new Map<string, Record<string, unknown>>();
  const times = new Map<string, Record<string, string>>();
  let other: Parameters<Registry['answer']>[0];

  const { address, ca, directory } = await serveHttps((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push({ path, authorization: request.headers.authorization });
    if (other && other(response, path) !== 'as usual') return;
    const found = documents.get(path);
    response.statusCode = found === undefined ? 404 : 200;
    response.end(found ?? '{"error":"not found"}');
  });

  const publish = ({ name, version, files = {}, about = {}, integrity, published = '2026-01-02' }: Published): void => {
    const tarball = `/${name}/-/${version}.tgz`;
    const manifest = { name, version, ...about };
    const bytes = pack(join(directory, `${name}-${version}`), {
      'package.json': JSON.stringify(manifest),
      ...files,
    });
    const sha512 = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const dist = { tarball: `${address.slice(0, -1)}${tarball}`, integrity: integrity ?? sha512 };
    const hasInstallScript = 'scripts' in about;
    const versions = { ...packages.get(name), [version]: { ...manifest, dist, hasInstallScript } };
    packages.set(name, versions);
    const time = { ...times.get(name), [version]: `${published}T03:04:05.000Z` };
    times.set(name, time);
    documents.set(tarball, bytes);
    documents.set(`/${name}`, JSON.stringify({ name, 'dist-tags': { latest: version }, versions, time }));
  };
  return {
    ...{ address, ca, asked, publish },
    answer: (how) => {
      other = how;
    },
  };
}

function pack(directory: string, files: Readonly<Record<string, string>>): Buffer {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, 'package', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return execFileSync('tar', ['--create', '--gzip', '--directory', directory, 'package']);
}
