import { execFileSync } from 'node:child_process';
import { reasonOf } from './installed.js';
import { NotMeasured } from './row.js';

/**
 * Locks the package that the policy of a home has as `locked`, from the registry that npm is set up for, and tells what
 * starts it by hand: the same entry by the same Node, in no sandbox. What is there already is locked in a moment.
 *
 * @param {import('./home.js').Home} home
 */
export function locked(home) {
  tell(home, ['lock', 'locked']);
  const { argv } = JSON.parse(tell(home, ['explain', '--json', 'locked'])).plan;
  return argv.slice(1);
}

/**
 * @param {import('./home.js').Home} home
 * @param {readonly string[]} words
 */
function tell(home, words) {
  const { file, args, env } = home.nodeProgram([home.path('command/bin/mcp-secure-run.js'), ...words]);
  try {
    return execFileSync(file, args, {
      env: { ...process.env, ...env },
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
    });
  } catch (error) {
    throw new NotMeasured(`the package could not be locked (${reasonOf(error)})`);
  }
}
