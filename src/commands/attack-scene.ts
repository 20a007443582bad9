import { randomUUID } from 'node:crypto';
import { getServers } from 'node:dns';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Scene } from '../attack/attack.ts';
import type { Credentials } from '../host/run-briefly.ts';
import type { Account, Directories } from '../plan/host.ts';
import { layFiles, layInHome, layInSharedMemory, makeDirectory } from './attack-canaries.ts';
import { listen, startNeighbour } from './attack-company.ts';
import { findDevices, findKeys, findServices, findSetuid, findStartup } from './attack-targets.ts';
import type { Cleanup } from './cleanup.ts';

/** What was laid out: twice the same, so that what is done outside changes nothing inside. */
export interface Stage {
  readonly directory: string;
  readonly outside: Side;
  readonly inside: Side;
}

export interface Side {
  readonly scene: Scene;
  /** The attacking program, under a path that no other process has on its command line. */
  readonly program: string;
}

/**
 * Lays out canaries, something that listens and something that runs, for `servers`, the account that servers have. All
 * of it is below one directory for temporary files, but what is to lie in the home and in /dev/shm.
 */
export async function layOut(
  account: Account,
  own: Directories,
  servers: Credentials,
  program: string,
  cleanup: Cleanup,
): Promise<Stage> {
  const text = `canary ${randomUUID()}`;
  const abstractName = `mcp-secure-run-${randomUUID()}`;
  const directory = makeDirectory(servers, cleanup);
  await listen({ path: `\0${abstractName}` }, cleanup);
  const shared = {
    text,
    homeCanary: layInHome(own.state, text, cleanup),
    keys: findKeys(account.home),
    startup: findStartup(account.home),
    own: [own.config, own.state, own.data, '/etc/mcp-secure-run'].filter((path) => existsSync(path)),
    sharedMemory: layInSharedMemory(text, cleanup),
    devices: findDevices(),
    variable: { name: `MCP_SECURE_RUN_CANARY_${process.pid}`, value: `canary ${randomUUID()}` },
    neighbour: await startNeighbour(servers, cleanup),
    port: await listen({ host: '127.0.0.1', port: 0 }, cleanup),
    abstractName,
    services: findServices(account, process.env),
    nameServers: getServers(),
    hostName: hostname(),
    setuid: findSetuid(),
    architecture: process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined,
  };
  const side = async (name: string): Promise<Side> => {
    const { program: copy, ...paths } = layFiles(`${directory}/${name}`, text, servers, program);
    const sockets = { socket: `${paths.victim}/socket`, grantedSocket: `${paths.read}/socket` };
    for (const path of Object.values(sockets)) await listen({ path }, cleanup);
    return { scene: { ...shared, ...paths, ...sockets }, program: copy };
  };
  return { directory, outside: await side('outside'), inside: await side('inside') };
}
