'use strict';
const { readFileSync, renameSync, statSync, writeFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const BUILT = path.join(__dirname, '../dist');

/** Starts dist/run.cjs, and gives it what it loads only where it needs it. */
module.exports = function run(argv) {
  const parts = new Map();
  const part = (name) => {
    if (!parts.has(name)) parts.set(name, load(`${BUILT}/${name}.cjs`));
    return parts.get(name).exports;
  };
  return part('run').main(argv, {
    built: BUILT,
    compiler: () => import('../dist/compile.js'),
    refusal: async () => part('refusal'),
    secrets: async () => require('../dist/secrets.cjs'), // it imports a module, and kept code has lost who does that
    container: () => part('container'),
    landlock: () => part('landlock'),
    locked: () => part('locked'),
    masking: () => part('masking'),
    replace: (...what) => part('replace').replaceLauncher(...what),
    watch: (...what) => part('watch').watch(...what),
    regex: () => import('../dist/regex.js'),
    egress: () => part('egress'),
    serving: async () => part('serving'),
    commandLine: async () => part('command-line'),
    hosts: async () => part('hosts'),
    seatbelt: () => import('../dist/seatbelt.js'),
    masks: () => part('masks'),
    onWarm: () => parts.forEach((loaded) => loaded.keep()),
  });
};

/**
 * Loads a file as `require` would, with V8's compiled code beside it where that is kept: compiling is a third of what
 * the launcher adds to Node's own start.
 *
 * The kept code lies in the same directory as the code itself: whoever can write the one can write the other, so it
 * gives nobody anything. It is named after all that it depends on, for V8 itself compares no more than its own version
 * and the source's length. Where the directory cannot be written (an installation of root's), there is none.
 */
function load(file) {
  const { size, ctimeMs } = statSync(file);
  const kept = `${file}.${process.version}-${process.arch}-${size}-${ctimeMs}.code`;
  const cachedData = readIfThere(kept);
  const script = new Script(Buffer.concat([BEFORE, readFileSync(file), BEHIND]).latin1Slice(), {
    filename: file,
    cachedData,
  });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, require, loaded);
  const isGood = cachedData !== undefined && script.cachedDataRejected === false;
  return { exports: loaded.exports, keep: () => isGood || keep(kept, script) };
}

// As bytes, and in ASCII alone, as the build writes them: strings that nobody needs would bring V8’s first collection
// of garbage, four milliseconds, before the server is started.
const BEFORE = Buffer.from('(function(exports,require,module){');
const BEHIND = Buffer.from('\n})');

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
