import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/host/hash.ts';
import { entryText } from '../../src/lock/entry-points.ts';
import { LOCK_FILE, type LockedPackage } from '../../src/lock/lock.ts';
import { lockText } from '../../src/lock/lock-text.ts';
import { manifestText } from '../../src/lock/manifest.ts';
import { fillStore } from '../../src/store/fill-store.ts';
import { platformName, pythonStoreIn } from '../../src/store/places.ts';
import { PYTHON_PATH, pythonHere } from './locking-python.ts';
import { Trap } from './trap.ts';

export const IDENTITY = 'pypi:crm-mcp==1.4.0';

const ENTRY = entryText({ module: 'crm_mcp.server', attribute: 'main' });
const FILES: Readonly<Record<string, string>> = {
  'bin/crm-mcp': ENTRY,
  'site/crm_mcp/__init__.py': '',
  'site/crm_mcp/server.py': 'import json, sys, left\ndef main():\n    left.touch(sys.argv[1])\n',
  'site/left.py': 'def touch(path):\n    open(path, "w").close()\n',
  'site/left.pth': 'import sys; sys.stderr.write("a line of left.pth")\n',
};

/** `command` on line 4. */
const POLICY = `version: 1
servers:
  trap:
    command: ${IDENTITY}
    args: [/OPEN/touched]
    files: { write: [/OPEN] }
    cwd: /OPEN
programPath: ${JSON.stringify(PYTHON_PATH)}
`;

/** A trap whose server is a locked Python package: it touches through a dependency. */
export class PythonTrap extends Trap {
  readonly tree: string;
  readonly manifest: string;
  readonly lock: string;

  constructor(change: (locked: LockedPackage) => LockedPackage = (locked) => locked) {
    super(POLICY);
    const { home } = this.arena;
    const source = join(home.directory, 'made');
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(source, name)), { recursive: true });
      writeFileSync(join(source, name), text);
    }
    const store = pythonStoreIn({ data: `${home.directory}/data`, state: `${home.directory}/state` });
    const filled = fillStore(source, store, process.getuid?.() ?? 0, ['bin', 'site']);
    if ('fault' in filled) throw new Error(filled.fault);
    this.tree = filled.tree;
    this.manifest = sha256(manifestText(filled.items));
    const platform = `${platformName()}-${pythonHere().tag}`;
    const wheel = { version: '1.4.0', integrity: `sha256:${'a'.repeat(64)}`, platforms: [platform] };
    const locked: LockedPackage = {
      manifests: { [platform]: this.manifest },
      bins: { 'crm-mcp': { path: 'bin/crm-mcp', sha256: sha256(ENTRY) } },
      scripts: [],
      dependencies: {
        'crm_mcp-1.4.0-py3-none-any.whl': { ...wheel, name: 'crm-mcp' },
        'left-1.4.0-py3-none-any.whl': { ...wheel, name: 'left' },
      },
    };
    const text = lockText({ version: 1, packages: { [IDENTITY]: change(locked) } });
    this.lock = home.write(`config/${LOCK_FILE}`, text);
  }
}
