import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { figure } from '../figure.js';
import { Home, REPOSITORY } from '../home.js';
import { median } from '../rounds.js';
import { start } from '../timed-start.js';

/** @type {import('../row.js').Row} */
export const tunnel = {
  name: 'tunnel',
  about: 'one connection of a server to a host of its list',
  async measure({ home }) {
    const part = Buffer.alloc(256 * 1024);
    const server = createServer((socket) => {
      let left = BYTES / part.length;
      const more = () => {
        while (left > 0) {
          left -= 1;
          if (!socket.write(part)) return;
        }
        socket.end();
      };
      socket.on('drain', more).on('error', () => {});
      more();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const own = new Home(home.node, {
      download: {
        command: home.node,
        args: [`${REPOSITORY}/bench/download.js`, `localhost:${port}`],
        network: [`localhost:${port}`, `127.0.0.1:${port}`],
        unsafe: ['unlocked'],
      },
    });
    try {
      const rates = [];
      for (let round = 0; round < 5; round += 1) rates.push(Number(await text(start(own.run('download')).stdout)));
      return [figure('megabytes per second', median(rates), 'MB/s', { atLeast: 300 })];
    } finally {
      own.remove();
      server.close();
    }
  },
};

const BYTES = 1024 * 1024 * 1024;
