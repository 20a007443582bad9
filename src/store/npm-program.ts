import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../lock/package-lock.ts';

/** npm, as the Node.js that runs us runs it. */
export interface NpmProgram {
  /** Its directory, by its real path. */
  readonly root: string;
  /** The script in it. */
  readonly cli: string;
  readonly version: string;
}

/** The npm that belongs to a Node.js, or one that lies in one of these directories; undefined where there is none. */
export function findNpm(node: string, programPath: readonly string[]): NpmProgram | undefined {
  const prefix = dirname(dirname(node));
  const own = [`${prefix}/lib/node_modules/npm`, `${prefix}/share/nodejs/npm`].map((root) => `${root}/bin/npm-cli.js`);
  const others = programPath.map((directory) => `${directory}/npm`);
  for (const path of [...own, ...others]) {
    const found = npmAt(path);
    if (found) return found;
  }
  return undefined;
}

function npmAt(path: string): NpmProgram | undefined {
  try {
    const cli = realpathSync.native(path);
    const root = dirname(dirname(cli));
    const about: unknown = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    if (!cli.endsWith('/bin/npm-cli.js') || !isRecord(about) || about['name'] !== 'npm') return undefined;
    return typeof about['version'] === 'string' ? { root, cli, version: about['version'] } : undefined;
  } catch {
    return undefined; // not there, or no npm
  }
}
