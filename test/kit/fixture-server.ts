import { dirname } from 'node:path';
import { REPOSITORY } from './command.ts';

/** A tiny server of `fixtures/servers`, as the lines of a policy: `unlocked`, since the checkout is the developer's. */
export function fixtureServer(id: string, file: string, more: Record<string, unknown> = {}): string {
  const entry = { command: 'node', args: [`${REPOSITORY}/fixtures/servers/${file}`], unsafe: ['unlocked'], ...more };
  return `  ${id}: ${JSON.stringify(entry)}\n`;
}

/** A server that npm installed, as the lines of a policy. */
export function npmServer(
  id: string,
  entryFile: string,
  args: readonly string[] = [],
  more: Record<string, unknown> = {},
): string {
  const modules = `${REPOSITORY}/node_modules`;
  const entry = {
    command: 'node',
    args: [`${modules}/${entryFile}`, ...args],
    files: { read: [modules] },
    unsafe: ['unlocked'],
    ...more,
  };
  return `  ${id}: ${JSON.stringify(entry)}\n`;
}

export const NPM_SERVERS = {
  everything: '@modelcontextprotocol/server-everything/dist/index.js',
  filesystem: '@modelcontextprotocol/server-filesystem/dist/index.js',
  memory: '@modelcontextprotocol/server-memory/dist/index.js',
  context7: '@upstash/context7-mcp/dist/index.js',
} as const;

/** `node` is the Node.js that runs the tests: servers are tried on each version with the launcher. */
export const PROGRAM_PATH = [dirname(process.execPath), '/usr/bin', '/bin'];

/** A policy of these servers. */
export function policyOf(...servers: readonly string[]): string {
  return `version: 1\nservers:\n${servers.join('')}programPath: ${JSON.stringify(PROGRAM_PATH)}\n`;
}
