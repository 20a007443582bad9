import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/**
 * What was measured on: enough to judge a number by, and nothing that says whose machine it is.
 *
 * @param {string} node The Node that was measured.
 */
export function describeMachine(node) {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    // What else ran when this began.
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // Without what a distribution appends: its build, and sometimes where it was built.
    kernel: /^[\d.]+/.exec(release())?.[0] ?? 'unknown',
    distribution: /^PRETTY_NAME="?([^"\n]+)/m.exec(read('/etc/os-release'))?.[1] ?? 'unknown',
    node: version(node, /v([\d.]+)/),
    bubblewrap: version('/usr/bin/bwrap', /([\d.]+)/),
    account: process.getuid?.() === 0 ? 'root; servers run as nobody' : 'ordinary',
  };
}

/**
 * @param {string} program
 * @param {RegExp} pattern
 */
function version(program, pattern) {
  try {
    return pattern.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
  } catch {
    return 'not installed';
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
