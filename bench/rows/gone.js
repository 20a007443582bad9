import { readlinkSync } from 'node:fs';
import { echo } from '../echoing.js';
import { figure } from '../figure.js';
import { Home } from '../home.js';
import { INITIALIZE } from '../messages.js';
import { newerNode } from '../newer-node.js';
import { proportionalSet } from '../process-memory.js';
import { median } from '../rounds.js';
import { end, start } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const gone = {
  name: 'gone',
  about: 'memory of what is left of one idle launcher of 20, with `no-guard`, on Node.js 24',
  async measure() {
    const home = new Home(newerNode(), { cat: { command: '/bin/cat', unsafe: ['no-guard'] } });
    const launchers = Array.from({ length: COUNT }, () => start(home.run('cat')));
    try {
      const message = Buffer.from(`${INITIALIZE}\n`);
      await Promise.all(launchers.map((launcher) => echo(launcher, message, { count: 1, underWay: 1 })));
      const stayed = launchers.filter(({ pid }) => readlinkSync(`/proc/${pid}/exe`) === home.node);
      if (stayed.length > 0) throw new Error(`${stayed.length} launchers of ${COUNT} were not replaced`);
      return [figure('left', median(launchers.map(({ pid }) => proportionalSet(pid) / 1e3)), 'kB', { atMost: 1000 })];
    } finally {
      await Promise.all(launchers.map(end));
      home.remove();
    }
  },
};

const COUNT = 20;
