import { userInfo } from 'node:os';
import { dirname } from 'node:path';

/**
 * The environment that a client of the SDKs gives a server, and nothing else of ours: `NODE_EXTRA_CA_CERTS` makes every
 * start of Node 20 twice as slow, and with it hides what a launcher adds; `NODE_OPTIONS` changes both sides.
 *
 * @param {string} node The Node that is measured: `node` on the path is this one too.
 * @returns {Record<string, string>}
 */
export function clientEnvironment(node) {
  const { username, homedir, shell } = userInfo();
  return {
    HOME: homedir,
    LOGNAME: username,
    PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`,
    SHELL: shell ?? '/bin/sh',
    TERM: 'dumb',
    USER: username,
  };
}
