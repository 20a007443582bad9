'use strict';

/** Everything but `run`. In a file of its own: where `import()` is not understood, this is not read. */
module.exports = function cli() {
  return import('../dist/cli.js');
};
