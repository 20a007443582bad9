#!/usr/bin/env node
// Read by every Node there is: old ones must be able to say that they are too old. So no syntax newer than ES5 here.
'use strict';
var version = process.versions.node.split('.');
var major = Number(version[0]);
var minor = Number(version[1]);
var isRun = (process.argv[2] === 'run' && process.argv[3] !== '--help') || process.argv[2] === '--';

if (major < 20 || (major === 20 && minor < 19)) {
  require('./too-old.js')(isRun);
} else if (isRun) {
  require('./run.js')(process.argv.slice(2));
} else {
  void require('./cli.js')();
}
