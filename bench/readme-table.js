import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/**
 * Puts a table between the markers of a README; or says why it did not.
 *
 * @param {string} file
 * @param {string} text
 * @returns {string | undefined}
 */
export function writeBetweenMarkers(file, text) {
  const readme = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const start = readme?.indexOf(START) ?? -1;
  const end = readme?.indexOf(END, start) ?? -1;
  if (readme === undefined) return 'there is no README.md yet: the table is not written';
  if (start < 0 || end < 0) return `README.md has no ${START} and ${END}: the table is not written`;
  writeFileSync(file, `${readme.slice(0, start + START.length)}\n${text}\n${readme.slice(end)}`);
  return undefined;
}
