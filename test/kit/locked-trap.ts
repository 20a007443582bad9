import { sha256 } from '../../src/host/hash.ts';
import { LOCK_FILE, type Lock } from '../../src/lock/lock.ts';
import { lockText } from '../../src/lock/lock-text.ts';
import { platformName, storeIn } from '../../src/store/places.ts';
import { PROGRAM_PATH } from './fixture-server.ts';
import { putIntoStore } from './lock-account.ts';
import { Trap } from './trap.ts';

/** What the server of a {@link LockedTrap} is. */
export const NAME = '@acme/crm-mcp';
export const VERSION = '1.4.0';
export const IDENTITY = `npm:${NAME}@${VERSION}`;

const ENTRY = `node_modules/${NAME}/index.js`;
export const FILES: Readonly<Record<string, string>> = {
  [ENTRY]: '#!/usr/bin/env node\nrequire("left")(process.argv[2]);\n',
  [`node_modules/${NAME}/package.json`]: JSON.stringify({ name: NAME, version: VERSION, bin: './index.js' }),
  'node_modules/left/index.js': 'module.exports = (path) => require("node:fs").writeFileSync(path, "");\n',
};

/** `command` on line 4. */
export function lockedEntry(...more: readonly string[]): string {
  const lines = ['version: 1', 'servers:', '  trap:', `    command: ${IDENTITY}`, '    args: [/OPEN/touched]'];
  const path = `programPath: ${JSON.stringify(PROGRAM_PATH)}`;
  return `${[...lines, '    files: { write: [/OPEN] }', ...more, path].join('\n')}\n`;
}

/** A trap whose server is a locked package: it touches through a dependency. */
export class LockedTrap extends Trap {
  readonly tree: string;
  readonly manifest: string;
  readonly lock: string;

  constructor(policy = lockedEntry()) {
    super(policy);
    const { home } = this.arena;
    const { tree, manifest } = putIntoStore(home, storeIn, FILES, ['node_modules']);
    this.tree = tree;
    this.manifest = manifest;
    this.lock = home.write(`config/${LOCK_FILE}`, lockText(this.#lock()));
  }

  #lock(): Lock {
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const packages = {
      [IDENTITY]: {
        integrity,
        manifests: { [platformName()]: this.manifest },
        bins: { 'crm-mcp': { path: ENTRY, sha256: sha256(FILES[ENTRY] ?? '') } },
        scripts: [],
        dependencies: {
          [`node_modules/${NAME}`]: { name: NAME, version: VERSION, integrity },
          'node_modules/left': { name: 'left', version: '1.0.0', integrity },
        },
      },
    };
    return { version: 1, packages };
  }
}
