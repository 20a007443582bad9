'use strict';
const { readFileSync, renameSync, statSync, writeFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

/**
 * Loads dist/run.cjs as `require` would, with V8's compiled code beside it where that is kept: compiling is a third of
 * what the launcher adds to Node's own start.
 *
 * The kept code lies in the same directory as the code itself: whoever can write the one can write the other, so it
 * gives nobody anything. It is named after all that it depends on, for V8 itself compares no more than its own version
 * and the source's length. Where the directory cannot be written (an installation of root's), there is none.
 */
module.exports = function run(argv) {
  const bundle = path.join(__dirname, '../dist/run.cjs');
  const { size, ctimeMs } = statSync(bundle);
  const kept = `${bundle}.${process.version}-${process.arch}-${size}-${ctimeMs}.code`;
  const cachedData = readIfThere(kept);

  const script = new Script(`(function(exports,require,module){${readFileSync(bundle, 'utf8')}\n})`, {
    filename: bundle,
    cachedData,
  });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, require, loaded);
  const isGood = cachedData !== undefined && script.cachedDataRejected === false;
  return loaded.exports.main(argv, {
    built: path.join(__dirname, '../dist'),
    compiler: () => import('../dist/compile.js'),
    refusal: async () => require('../dist/refusal.cjs'),
    secrets: async () => require('../dist/secrets.cjs'),
    locked: () => require('../dist/locked.cjs'),
    container: () => require('../dist/container.cjs'),
    masking: () => require('../dist/masking.cjs'),
    watch: (...what) => require('../dist/watch.cjs').watch(...what),
    regex: () => import('../dist/regex.js'),
    egress: async () => require('../dist/egress.cjs'),
    commandLine: async () => require('../dist/command-line.cjs'),
    hosts: async () => require('../dist/hosts.cjs'),
    seatbelt: () => import('../dist/seatbelt.js'),
    masks: () => require('../dist/masks.cjs'),
    onWarm: isGood ? undefined : () => keep(kept, script),
  });
};

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // not kept yet, or not to be kept here
  }
}

/** Written whole or not at all. That it cannot be written only makes the next start slower. */
function keep(file, script) {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, script.createCachedData(), { flag: 'wx', mode: 0o644 });
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}
