import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createHost, ownAccount } from '../../../src/host/host.ts';
import { chooseNode, versionInHeader, versionInPath } from '../../../src/lock/choose-node.ts';
import { nodeFor } from '../../../src/store/find-node.ts';
import { layerOf, withServer } from '../../kit/decide.ts';
import { makeHome } from '../../kit/home.ts';

const AT = { file: 'p.yaml', line: 1, column: 1, length: 1 };

test.each([
  ['/home/ann/.nvm/versions/node/v22.3.0/bin/node', '22.3.0'],
  ['/home/ann/.local/share/fnm/node-versions/v22.3.0/installation/bin/node', '22.3.0'],
  ['/opt/homebrew/Cellar/node/22.3.0_1/bin/node', '22.3.0'],
  ['/opt/homebrew/Cellar/node@20/20.1.0/bin/node', '20.1.0'],
  ['/usr/bin/node', undefined],
  ['/srv/v22/bin/node', undefined],
])('of %s the path tells %s', (path, version) => expect(versionInPath(path)).toBe(version));

test('a header tells the version of the Node.js beside it', () => {
  const header = '#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 3\n#define NODE_PATCH_VERSION 0\n';
  expect(versionInHeader(header)).toBe('22.3.0');
  expect(versionInHeader(header.replace('MINOR', 'MINUS'))).toBeUndefined();
  expect(versionInHeader('')).toBeUndefined();
});

test('the newest that is admitted is chosen', () => {
  const installed = ['22.3.0', '23.0.0', '22.10.0', '22.11.0-rc.1'].map((version) => ({ path: version, version }));
  expect(chooseNode(installed, '^22')?.path).toBe('22.10.0');
  expect(chooseNode(installed, '>=24')).toBeUndefined();
  expect(chooseNode([{ path: 'first', version: '22.3.0' }, ...installed], '22.3.x')?.path).toBe('first');
});

/** An account that has these Node.js. */
function arrange(programs: Readonly<Record<string, number>> = {}) {
  const home = makeHome('');
  for (const [path, mode] of Object.entries(programs)) {
    home.write(path, path.includes('shim') ? '#!/bin/sh\n' : '\u007fELF');
    chmodSync(`${home.directory}/${path}`, mode);
  }
  const account = ownAccount();
  if (!account) throw new Error('the account of the tests has no home');
  const { directory } = home;
  const own = { config: `${directory}/config`, state: `${directory}/state`, data: `${directory}/data` };
  const host = createHost({ ...account, home: directory }, own, {});
  const find = (range: string | undefined, ...top: readonly string[]) =>
    nodeFor(range, layerOf(withServer('npm:crm@1.2.3', ...top)), host, AT);
  return { directory, host, find };
}

test('a package that says nothing, or admits ours, is run by ours', () => {
  const { find, host } = arrange({ '.nvm/versions/node/v99.1.0/bin/node': 0o755 });
  const ours = { path: host.node, version: process.versions.node };
  expect(find(undefined)).toEqual(ours);
  expect(find('>=18')).toEqual(ours);
  expect(find('<1')).toEqual(ours); // none is there, and that is told
});

test('of those that version managers have, the newest one that nobody else could change', () => {
  const { directory, find } = arrange({
    '.nvm/versions/node/v98.9.9/bin/node': 0o755,
    '.asdf/installs/nodejs/99.0.5/bin/node': 0o755,
    '.nvm/versions/node/v99.1.0/bin/node': 0o755,
    '.local/share/fnm/node-versions/v99.2.0/installation/bin/node': 0o777,
    '.volta/tools/image/node/99.3.0/bin/node': 0o644,
    '.local/share/mise/installs/node/99.4.0/bin/node': 0o755,
    '.asdf/installs/nodejs/99.5.0-shim/bin/node': 0o755,
  });
  const mise = `${directory}/.local/share/mise/installs/node`;
  symlinkSync('99.4.0', `${mise}/99.8.0`); // a name that leads elsewhere tells no version
  mkdirSync(`${mise}/latest`);
  expect(find('>=99')).toEqual({ path: `${mise}/99.4.0/bin/node`, version: '99.4.0' });
  expect(find('99.1 - 99.3')).toEqual({ path: `${directory}/.nvm/versions/node/v99.1.0/bin/node`, version: '99.1.0' });
  expect(find('99.0.x')?.version).toBe('99.0.5');
});

test('a policy that has a `programPath` is asked for nothing else', () => {
  const { directory, find } = arrange({
    '.nvm/versions/node/v99.1.0/bin/node': 0o755,
    '.nvm/versions/node/v98.9.9/bin/node': 0o755,
  });
  const top = `programPath: ["${directory}/.nvm/versions/node/v98.9.9/bin"]`;
  expect(find('>=99', top)?.version).toBe('98.9.9');
});
