import { describe, expect, test } from 'vitest';
import { decide, started, withServer } from '../../kit/decide.ts';
import { ANNAS, BOBS, directory, file, link, program, sha256, statedHost, type Tree } from '../../kit/stated-host.ts';

type Row = readonly [title: string, entry: string, tree: Tree, expected: string];

/** The server `crm` with this entry, on a machine where these files are too: the argv that it is started by. */
function expectStart(entry: string, tree: Tree, expected: string): void {
  expect(started(decide(withServer(entry), 'crm', statedHost({ tree })))).toBe(expected);
}

describe('which program', () => {
  test.each<Row>([
    ['by its path', '/opt/acme/bin/crm', {}, '/opt/acme/bin/crm'],
    [
      'with its arguments, word for word',
      '{ command: /opt/acme/bin/crm, args: ["a b", "$HOME"] }',
      {},
      '/opt/acme/bin/crm a b $HOME',
    ],
    ['by its name', 'crm-mcp', { '/usr/local/bin/crm-mcp': program() }, '/usr/local/bin/crm-mcp'],
    [
      'by its name, where it is found first',
      'crm-mcp',
      { '/usr/bin/crm-mcp': program(), '/usr/local/bin/crm-mcp': program() },
      '/usr/local/bin/crm-mcp',
    ],
    [
      'behind a link, by its real path',
      '/usr/bin/crm',
      { '/usr/bin/crm': link('/opt/acme/bin/crm') },
      '/opt/acme/bin/crm',
    ],
    ['that is not there', '/opt/acme/bin/crn', {}, 'refused: program-missing'],
    ['whose name is found nowhere', 'crm-mcp', { '/home/anna/bin/crm-mcp': program() }, 'refused: program-missing'],
    ['behind a link to nothing', '/usr/bin/crm', { '/usr/bin/crm': link('/opt/gone') }, 'refused: program-missing'],
    ['that is a directory', '/opt/acme/bin', {}, 'refused: program-not-a-file'],
    ['that is not executable', '/opt/acme/crm.js', {}, 'refused: program-not-executable'],
  ])('%s', (_title, entry, tree, expected) => expectStart(entry, tree, expected));
});

const node = (args: string, more = ''): string => `{ command: node, args: [${args}]${more} }`;

describe('an interpreter’s first argument is the program', () => {
  test.each<Row>([
    ['a script, and its arguments', node('/opt/acme/crm.js, --quiet'), {}, '/usr/bin/node /opt/acme/crm.js --quiet'],
    [
      'a script behind a link',
      node('/srv/crm.js'),
      { '/srv/crm.js': link('/opt/acme/crm.js') },
      '/usr/bin/node /opt/acme/crm.js',
    ],
    ['an option', node('"--eval=1"'), {}, 'refused: interpreter-option'],
    ['an option before a script', node('-r, /opt/acme/crm.js'), {}, 'refused: interpreter-option'],
    ['standard input', node('"-"'), {}, 'refused: interpreter-option'],
    ['a relative path', node('crm.js'), {}, 'refused: interpreter-script'],
    ['nothing', 'node', {}, 'refused: interpreter-script'],
    ['a script that is not there', node('/opt/acme/crn.js'), {}, 'refused: program-missing'],
    ['a directory', node('/opt/acme'), {}, 'refused: program-not-a-file'],
    [
      'anna’s script',
      node('/home/anna/crm.js'),
      { '/home/anna/crm.js': file('', ANNAS) },
      'refused: program-not-pinned',
    ],
    [
      'anna’s script, pinned',
      node('/home/anna/crm.js', `, sha256: ${sha256('serve()')}`),
      { '/home/anna/crm.js': file('serve()', ANNAS) },
      '/usr/bin/node /home/anna/crm.js',
    ],
    [
      'a shell, by its real path',
      '{ command: /bin/sh, args: [/opt/acme/crm.js] }',
      {},
      '/usr/bin/dash /opt/acme/crm.js',
    ],
    ['a shell’s text', '{ command: sh, args: ["-c", "serve"] }', {}, 'refused: interpreter-option'],
    [
      'Python, by its real path',
      '{ command: python3, args: [/opt/acme/crm.js] }',
      {},
      '/usr/bin/python3.11 /opt/acme/crm.js',
    ],
    [
      'an interpreter by another name',
      '{ command: /opt/acme/bin/run, args: ["-e", "1"] }',
      { '/opt/acme/bin/run': link('/usr/bin/node') },
      'refused: interpreter-option',
    ],
    [
      // Fedora and openSUSE: the name is a link to the version that is chosen among several.
      'an option of Node.js by the name of its version',
      node('"--eval=1"'),
      { '/usr/bin/node': link('node-22'), '/usr/bin/node-22': program() },
      'refused: interpreter-option',
    ],
    [
      'anna’s script, by the name of a version',
      node('/home/anna/crm.js'),
      { '/usr/bin/node': link('node-22'), '/usr/bin/node-22': program(), '/home/anna/crm.js': file('', ANNAS) },
      'refused: program-not-pinned',
    ],
    [
      'anna’s script, by a Python without the interpreter lock',
      '{ command: /usr/bin/python3.13t, args: [/home/anna/crm.py] }',
      { '/usr/bin/python3.13t': program(), '/home/anna/crm.py': file('', ANNAS) },
      'refused: program-not-pinned',
    ],
    [
      'another account’s interpreter',
      '{ command: /srv/node, args: [/opt/acme/crm.js] }',
      { '/srv/node': program('', BOBS) },
      'refused: program-owner',
    ],
    [
      'a virtual environment’s Python',
      '{ command: /home/anna/venv/bin/python, args: [/opt/acme/crm.js] }',
      { '/home/anna/venv/bin/python': link('/usr/bin/python3.11'), '/home/anna/venv/pyvenv.cfg': file() },
      'refused: interpreter-venv',
    ],
  ])('%s', (_title, entry, tree, expected) => expectStart(entry, tree, expected));
});

const script = (line: string): Tree => ({ '/opt/acme/bin/crm': program(`${line}\nserve\n`) });

describe('a script is started by what its first line names', () => {
  test.each<Row>([
    ['#!/usr/bin/env node', 'crm', {}, '/usr/bin/node /opt/acme/bin/crm'],
    ['#!/bin/sh', 'crm', {}, '/usr/bin/dash /opt/acme/bin/crm'],
    ['#! /bin/sh -eu', 'crm', {}, '/usr/bin/dash -eu /opt/acme/bin/crm'],
    ['#!/usr/bin/env -S node --inspect', 'crm', {}, 'refused: shebang'],
    ['#!/usr/bin/env A=1 node', 'crm', {}, 'refused: shebang'],
    ['#!node', 'crm', {}, 'refused: shebang'],
    ['#!', 'crm', {}, 'refused: shebang'],
    ['#!/usr/bin/env crm-engine', 'crm', {}, 'refused: program-missing'],
    ['#!/opt/gone', 'crm', {}, 'refused: program-missing'],
    ['#!/srv/engine', 'crm', { '/srv/engine': program('', BOBS) }, 'refused: program-owner'],
    ['#!/srv/engine', 'crm', { '/srv/engine': file() }, 'refused: program-not-executable'],
    ['#!/srv/engine', 'crm', { '/srv/engine': program('#!/bin/sh\n') }, 'refused: shebang'],
    [
      '#!/home/anna/venv/bin/python',
      'crm',
      { '/home/anna/venv/bin/python': link('/usr/bin/python3.11'), '/home/anna/venv/pyvenv.cfg': file() },
      'refused: interpreter-venv',
    ],
  ])('%s', (line, _name, tree, expected) => expectStart('/opt/acme/bin/crm', { ...script(line), ...tree }, expected));

  test('arguments come after the script', () => {
    expectStart(
      '{ command: /opt/acme/bin/crm, args: [-v] }',
      script('#!/bin/sh -e'),
      '/usr/bin/dash -e /opt/acme/bin/crm -v',
    );
  });
});

const beside = (crm: string): string =>
  `${withServer(crm)}  other: { command: /opt/acme/bin/crm, files: { write: [~/work] } }\n`;

describe('a server decides nothing about another', () => {
  const WORK: Tree = { '/home/anna/work/notes': directory(ANNAS) };
  test.each<Row>([
    [
      'nor by a link to its program',
      '/home/anna/work/crm',
      { '/home/anna/work/crm': link('/opt/acme/bin/crm', ANNAS) },
      'refused: grant-link',
    ],
    [
      'nor by a link to its script',
      '{ command: node, args: [/home/anna/work/crm.js] }',
      { '/home/anna/work/crm.js': link('/opt/acme/crm.js', ANNAS) },
      'refused: grant-link, program-not-pinned',
    ],
    [
      'nor by a link to what its first line names',
      '/opt/acme/bin/crm',
      {
        '/opt/acme/bin/crm': program('#!/home/anna/work/engine\n'),
        '/home/anna/work/engine': link('/usr/bin/node', ANNAS),
      },
      'refused: grant-link',
    ],
    [
      'nor by its interpreter, which no hash holds',
      '{ command: /home/anna/work/node, args: [/opt/acme/crm.js] }',
      { '/home/anna/work/node': program('', ANNAS) },
      'refused: grant-overlap',
    ],
  ])('%s', (_title, crm, tree, expected) => {
    expect(started(decide(beside(crm), 'crm', statedHost({ tree: { ...WORK, ...tree } })))).toBe(expected);
  });
});

const path = (directories: string): string => withServer('crm-mcp', `programPath: [${directories}]`);

describe('programPath', () => {
  const AT = '/srv/tools/crm-mcp';
  test.each<[title: string, directories: string, tree: Tree, expected: string]>([
    ['takes the place of the system’s', '/srv/tools', { [AT]: program() }, AT],
    [
      'is all there is',
      '/srv/tools',
      { '/srv/tools': directory(), '/usr/bin/crm-mcp': program() },
      'refused: program-missing',
    ],
    ['empty finds nothing', '', { '/usr/bin/crm-mcp': program() }, 'refused: program-missing'],
    ['has its own order', '/srv/tools, /usr/bin', { [AT]: program(), '/usr/bin/crm-mcp': program() }, AT],
    ['names a directory that is not there', '/srv/tools', {}, 'refused: program-path'],
    [
      'names another account’s directory',
      '/srv/tools',
      { '/srv/tools': directory(BOBS), [AT]: program() },
      'refused: program-path',
    ],
    [
      'names a directory below everyone’s',
      '/srv/tools',
      { '/srv': directory({ mode: 0o777 }), [AT]: program() },
      'refused: program-path',
    ],
  ])('%s', (_title, directories, tree, expected) => {
    expect(started(decide(path(directories), 'crm', statedHost({ tree })))).toBe(expected);
  });

  test('ends with the directory of the Node.js that runs us', () => {
    const host = statedHost({ tree: { '/opt/node/bin/crm-mcp': program() }, facts: { node: '/opt/node/bin/node' } });
    expect(started(decide(withServer('crm-mcp'), 'crm', host))).toBe('/opt/node/bin/crm-mcp');
  });
});
