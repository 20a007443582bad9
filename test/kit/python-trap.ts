import { sha256 } from '../../src/host/hash.ts';
import { entryText } from '../../src/lock/entry-points.ts';
import { LOCK_FILE, type LockedPackage } from '../../src/lock/lock.ts';
import { lockText } from '../../src/lock/lock-text.ts';
import { pythonPlatform, pythonStoreIn } from '../../src/store/places.ts';
import { putIntoStore } from './lock-account.ts';
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
    const { tree, manifest } = putIntoStore(home, pythonStoreIn, FILES, ['bin', 'site']);
    this.tree = tree;
    this.manifest = manifest;
    const platform = pythonPlatform(pythonHere());
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
