import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src/host/hash.ts';
import { makePrograms } from '../../../src/store/console-scripts.ts';

const ID = { name: 'crm-mcp', version: '1.0' };
const SCRIPTS = '[console_scripts]\ncrm = crm.server:main\n';

function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'msr-test-'));
  onTestFinished(() => rmSync(tree, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, 'site', name)), { recursive: true });
    writeFileSync(join(tree, 'site', name), text);
  }
  return tree;
}

test('programs of the package are made, and none of its dependencies', () => {
  const tree = treeOf({
    'Crm_MCP-1.0.dist-info/entry_points.txt': SCRIPTS,
    'left-1.0.dist-info/entry_points.txt': '[console_scripts]\nleft = left:main\n',
  });
  const text = () => readFileSync(`${tree}/bin/crm`, 'utf8');
  expect(makePrograms(ID, tree)).toEqual({ bins: { crm: { path: 'bin/crm', sha256: sha256(text()) } } });
  expect(text()).toContain('import_module("crm.server")');
});

describe('a package has none that', () => {
  const own = 'crm_mcp-1.0.dist-info/entry_points.txt';
  test.each<[title: string, files: Record<string, string>, said: RegExp]>([
    ['names none', { [own]: '[gui_scripts]\ncrm = crm:main\n' }, /has no program to run/],
    ['says nothing', { 'crm_mcp-1.0.dist-info/METADATA': '' }, /has no program to run/],
    ['is not there', { 'left.py': '' }, /does not say once what it is/],
    ['is another version', { 'crm_mcp-1.0.1.dist-info/entry_points.txt': SCRIPTS }, /does not say once what it is/],
    ['is there twice', { [own]: SCRIPTS, 'CRM.mcp-1.0.dist-info/entry_points.txt': SCRIPTS }, /does not say once/],
    ['names a path', { [own]: '[console_scripts]\n../crm = crm:main\n' }, /names a program by `\.\.\/crm/],
  ])('%s', (_title, files, said) => {
    expect(makePrograms(ID, treeOf(files))).toMatchObject({ fault: expect.stringMatching(said) });
  });

  test('names it in a file that lies elsewhere', () => {
    const tree = treeOf({ 'crm_mcp-1.0.dist-info/METADATA': '', 'left/entry_points.txt': SCRIPTS });
    symlinkSync('../left/entry_points.txt', `${tree}/site/crm_mcp-1.0.dist-info/entry_points.txt`);
    expect(makePrograms(ID, tree)).toMatchObject({ fault: 'has no program to run' });
  });
});
