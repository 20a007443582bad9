import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientEnvironment } from './client-environment.js';
import { notificationOf } from './messages.js';

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const MODULES = `${REPOSITORY}/node_modules`;
export const EVERYTHING_NAME = '@modelcontextprotocol/server-everything';
export const EVERYTHING = [`${MODULES}/${EVERYTHING_NAME}/dist/index.js`, 'stdio'];

/**
 * A policy, and the command as it is built now. A copy of it: whoever builds meanwhile does not change what is
 * measured.
 */
export class Home {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-secure-run-bench-')));
  /** @readonly */
  node;

  /**
   * @param {string} node The Node that runs the launcher, and the servers that need one.
   * @param {Readonly<Record<string, object>>} [servers] The policy's, by their id.
   */
  constructor(node, servers = serversFor(node)) {
    this.node = node;
    chmodSync(this.directory, 0o711); // started as root, servers run as an account that must enter it
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(`${REPOSITORY}/${part}`, this.path(`command/${part}`), { recursive: true });
    symlinkSync(MODULES, this.path('command/node_modules'));
    mkdirSync(this.path('config'), { mode: 0o700 });
    // JSON is YAML.
    writeFileSync(this.path('config/policy.yaml'), JSON.stringify({ version: 1, servers }), { mode: 0o600 });
  }

  /** @param {string} name */
  path(name) {
    return join(this.directory, name);
  }

  /**
   * `mcp-secure-run run <server>`, as a client has it.
   *
   * @param {string} server
   * @returns {import('./timed-start.js').Program}
   */
  run(server) {
    return this.#program([this.path('command/bin/mcp-secure-run.js'), 'run', '--quiet', server]);
  }

  /**
   * A program that the measured Node runs.
   *
   * @param {readonly string[]} args
   */
  nodeProgram(args) {
    return this.#program(args);
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** @param {readonly string[]} args */
  #program(args) {
    const env = { ...clientEnvironment(this.node), MCP_SECURE_RUN_HOME: this.directory };
    return { file: this.node, args, env };
  }
}

/** @param {string} node */
function serversFor(node) {
  const about = readFileSync(`${MODULES}/${EVERYTHING_NAME}/package.json`, 'utf8');
  return {
    true: { command: '/bin/true' },
    cat: { command: '/bin/cat' },
    flood: { command: '/usr/bin/yes', args: [notificationOf(4096).trim()] },
    'cat-unconfined': { command: '/bin/cat', unsafe: ['no-sandbox'] },
    // `unlocked`: the checkout, and perhaps this Node, are the developer's.
    everything: { command: node, args: EVERYTHING, files: { read: [MODULES] }, unsafe: ['unlocked'] },
    locked: { command: `npm:${EVERYTHING_NAME}@${JSON.parse(about).version}`, args: ['stdio'] },
  };
}
