import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { NotMeasured } from './row.js';
import { REPOSITORY } from './home.js';

const CACHE = `${REPOSITORY}/bench/.cache`;

/**
 * A directory of packages that are only measured, and so no dependency of the project: installed once, kept for the
 * next run, their scripts not run.
 *
 * @param {string} name
 * @param {readonly string[]} packages
 */
export function installed(name, packages) {
  const directory = `${CACHE}/${name}`;
  const done = `${directory}/${packages.join(' ').replaceAll('/', '+')}`;
  if (existsSync(done)) return `${directory}/node_modules`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/package.json`, '{ "private": true }\n');
  npm(['install', '--prefix', directory, '--ignore-scripts', '--force', '--no-audit', '--no-fund', ...packages]);
  writeFileSync(done, '');
  return `${directory}/node_modules`;
}

/**
 * npm with what this account has set for it: registry, proxy, certificates.
 *
 * @param {readonly string[]} args
 */
function npm(args) {
  try {
    execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
  } catch (error) {
    throw new NotMeasured(`npm could not install it (${reasonOf(error)})`);
  }
}

/** @param {unknown} error */
export function reasonOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  return /npm error code (\w+)/.exec(text)?.[1] ?? text.split('\n')[0];
}
