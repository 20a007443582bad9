import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { normalName } from '../../src/lock/pypi-id.ts';
import { serveHttps } from './own-https.ts';

/** A wheel as a test publishes it. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Of `console_scripts`, a line each. */
  readonly scripts?: readonly string[];
  /** Further lines of its METADATA: `Requires-Dist: left>=1`. */
  readonly metadata?: readonly string[];
  readonly tags?: string;
  readonly requiresPython?: string;
}

export interface PythonIndex {
  /** With `/simple/`. */
  readonly address: string;
  /** PEM. */
  readonly ca: string;
  /** What was asked, with who said to be asking. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  /** From now on, each request is answered so. */
  answer(how: (response: ServerResponse) => void): void;
  /** Lists the wheel, and answers its name. */
  publish(wheel: Wheel): string;
  /** Lists a file that is no wheel. */
  list(name: string, file: string, bytes: Buffer): void;
  /** Serves other bytes under a name, which the index still lists with the hash that it had, or with theirs. */
  exchange(file: string, wheel: Wheel, how: 'silently' | 'openly'): void;
}

/** A simple index of Python packages (PEP 503) on this machine. */
export async function servePythonIndex(onFinished: (end: () => void) => void = onTestFinished): Promise<PythonIndex> {
  const asked: PythonIndex['asked'] = [];
  const files = new Map<string, Buffer>();
  const links = new Map<string, Map<string, string>>();
  let other: ((response: ServerResponse) => void) | undefined;
  const { address, ca, directory } = await serveHttps((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push({ path, authorization: request.headers.authorization });
    if (other) return other(response);
    const [, name = ''] = /^\/simple\/([^/]+)\/$/.exec(path) ?? [];
    const listed = links.get(name);
    const found = listed
      ? `<!DOCTYPE html><html><body>${[...listed.values()].join('<br>\n')}</body></html>`
      : files.get(path);
    response.setHeader('content-type', listed ? 'text/html' : 'application/octet-stream');
    response.statusCode = found === undefined ? 404 : 200;
    response.end(found ?? 'not found');
  }, onFinished);

  const link = (name: string, file: string, hash: string, requires = ''): void => {
    const more =
      requires === '' ? '' : ` data-requires-python="${requires.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`;
    const all = links.get(normalName(name)) ?? new Map<string, string>();
    links.set(normalName(name), all.set(file, `<a href="/files/${file}${hash}"${more}>${file}</a>`));
  };
  const put = (wheel: Wheel, file = fileOf(wheel)): string => {
    files.set(`/files/${file}`, pack(wheel, `${directory}/made.whl`));
    return file;
  };
  const hashOf = (file: string): string =>
    `#sha256=${createHash('sha256')
      .update(files.get(`/files/${file}`) ?? '')
      .digest('hex')}`;
  return {
    ...{ address: `${address}simple/`, ca, asked },
    answer: (how) => {
      other = how;
    },
    publish: (wheel) => {
      const file = put(wheel);
      link(wheel.name, file, hashOf(file), wheel.requiresPython);
      return file;
    },
    list: (name, file, bytes) => {
      files.set(`/files/${file}`, bytes);
      link(name, file, hashOf(file));
    },
    exchange: (file, wheel, how) => {
      put(wheel, file);
      if (how === 'openly') link(wheel.name, file, hashOf(file));
    },
  };
}

function fileOf({ name, version, tags = 'py3-none-any' }: Wheel): string {
  return `${name.replaceAll(/[-.]/g, '_')}-${version}-${tags}.whl`;
}

function pack(wheel: Wheel, path: string): Buffer {
  const { name, version, files = {}, scripts = [], metadata = [], tags = 'py3-none-any', requiresPython } = wheel;
  const about = `${name.replaceAll(/[-.]/g, '_')}-${version}.dist-info`;
  const requires = requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`];
  const all = {
    ...files,
    [`${about}/METADATA`]: [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      `Version: ${version}`,
      ...requires,
      ...metadata,
      '',
    ].join('\n'),
    [`${about}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
    ...(scripts.length > 0 && { [`${about}/entry_points.txt`]: `[console_scripts]\n${scripts.join('\n')}\n` }),
  };
  execFileSync('/usr/bin/python3', ['-c', ZIP, path, `${about}/RECORD`], { input: JSON.stringify(all) });
  return readFileSync(path);
}

const ZIP = `
import base64, hashlib, json, sys, zipfile
files, lines = json.load(sys.stdin), []
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name, text in files.items():
        wheel.writestr(zipfile.ZipInfo(name), text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        lines.append(f"{name},sha256={digest},{len(text.encode())}")
    wheel.writestr(zipfile.ZipInfo(sys.argv[2]), "\\n".join([*lines, sys.argv[2] + ",,", ""]))
`;
