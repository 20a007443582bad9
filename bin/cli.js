'use strict';
import('../dist/cli.js');
