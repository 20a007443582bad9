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
  /** The day; without it, one long ago. */
  readonly published?: string;
  /** Taken back. */
  readonly isYanked?: boolean;
}

export interface PythonIndex {
  /** With `/simple/`. */
  readonly address: string;
  /** PEM. */
  readonly ca: string;
  /** What was asked, with who said to be asking. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  /** From now on, each request is answered so; but those of which this says `as usual`, and all where nothing is given. */
  answer(how?: (response: ServerResponse, path: string) => unknown): void;
  /** From now on, it lists files as JSON (PEP 691), as JSON without days (PEP 700 is younger), or as PEP 503 has it. */
  speak(form: Form): void;
  /** Lists the wheel, and answers its name. */
  publish(wheel: Wheel): string;
  /** Lists a file that is no wheel. */
  list(name: string, file: string, bytes: Buffer): void;
  /** Serves other bytes under a name, which the index still lists with the hash that it had, or with theirs. */
  exchange(file: string, wheel: Wheel, how: 'silently' | 'openly'): void;
}

type Form = 'JSON' | 'JSON without days' | 'HTML';

/** A file as an index lists it. */
interface Listed {
  readonly file: string;
  readonly sha256: string;
  readonly wheel: Partial<Wheel>;
}

/** A simple index of Python packages on this machine. */
export async function servePythonIndex(onFinished: (end: () => void) => void = onTestFinished): Promise<PythonIndex> {
  const asked: PythonIndex['asked'] = [];
  const files = new Map<string, Buffer>();
  const lists = new Map<string, Map<string, Listed>>();
  let other: Parameters<PythonIndex['answer']>[0];
  let form: Form = 'JSON';
  const { address, ca, directory } = await serveHttps((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push({ path, authorization: request.headers.authorization });
    if (other && other(response, path) !== 'as usual') return;
    const [, name = ''] = /^\/simple\/([^/]+)\/$/.exec(path) ?? [];
    const listed = lists.get(name);
    const isJson = form !== 'HTML' && request.headers.accept?.includes(JSON_TYPE) === true;
    const page = listed && (isJson ? jsonOf(name, [...listed.values()], form) : htmlOf([...listed.values()]));
    const found = page ?? files.get(path);
    response.setHeader('content-type', page ? (isJson ? JSON_TYPE : 'text/html') : 'application/octet-stream');
    response.statusCode = found === undefined ? 404 : 200;
    response.end(found ?? 'not found');
  }, onFinished);

  const link = (name: string, file: string, wheel: Partial<Wheel> = {}): void => {
    const sha256 = createHash('sha256')
      .update(files.get(`/files/${file}`) ?? '')
      .digest('hex');
    const all = lists.get(normalName(name)) ?? new Map<string, Listed>();
    lists.set(normalName(name), all.set(file, { file, sha256, wheel }));
  };
  const put = (wheel: Wheel, file = fileOf(wheel)): string => {
    files.set(`/files/${file}`, pack(wheel, `${directory}/made.whl`));
    return file;
  };
  return {
    ...{ address: `${address}simple/`, ca, asked },
    answer: (how) => {
      other = how;
    },
    speak: (how) => {
      form = how;
    },
    publish: (wheel) => {
      const file = put(wheel);
      link(wheel.name, file, wheel);
      return file;
    },
    list: (name, file, bytes) => {
      files.set(`/files/${file}`, bytes);
      link(name, file);
    },
    exchange: (file, wheel, how) => {
      put(wheel, file);
      if (how === 'openly') link(wheel.name, file, wheel);
    },
  };
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

function htmlOf(all: readonly Listed[]): string {
  const links = all.map(({ file, sha256, wheel: { requiresPython } }) => {
    const more = requiresPython === undefined ? '' : ` data-requires-python="${escaped(requiresPython)}"`;
    return `<a href="/files/${file}#sha256=${sha256}"${more}>${file}</a>`;
  });
  return `<!DOCTYPE html><html><body>${links.join('<br>\n')}</body></html>`;
}

const escaped = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function jsonOf(name: string, all: readonly Listed[], form: Form): string {
  const files = all.map(({ file, sha256, wheel }) => ({
    ...{ filename: file, url: `/files/${file}`, hashes: { sha256 }, yanked: wheel.isYanked === true },
    ...(wheel.requiresPython !== undefined && { 'requires-python': wheel.requiresPython }),
    ...(form === 'JSON' && { 'upload-time': `${wheel.published ?? '2026-01-02'}T03:04:05.000006Z` }),
  }));
  return JSON.stringify({ meta: { 'api-version': form === 'JSON' ? '1.1' : '1.0' }, name, files });
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
