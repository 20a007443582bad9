import { arch, platform } from 'node:process';
import { installed } from './installed.js';

/** A Node of the newer line, for what does not run on ours: npm has its binaries as packages. */
export function newerNode() {
  const name = `node-${platform}-${arch}`;
  return `${installed('node', [`${name}@24`])}/${name}/bin/node`;
}
