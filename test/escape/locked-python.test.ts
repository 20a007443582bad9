import { execa } from 'execa';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { platformName } from '../../src/store/places.ts';
import { giveToServers } from '../kit/arena.ts';
import { msr } from '../kit/command.ts';
import { pythonHere } from '../kit/locking-python.ts';
import { PythonTrap } from '../kit/python-trap.ts';

/** Of the same length, with the rights that it had. */
function change(path: string, from: string, to: string): void {
  const { mode } = lstatSync(path);
  chmodSync(path, 0o600);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  chmodSync(path, mode);
}

describe('what changed since it was locked is refused by its name, and nothing is started', () => {
  const TAG = pythonHere().tag;
  const other = TAG === 'cp38' ? 'cp39' : 'cp38';
  test.each<[title: string, act: (trap: PythonTrap) => void, is: string, says: string]>([
    ['a byte of the program', ({ tree }) => change(`${tree}/bin/crm-mcp`, 'main', 'nain'), CHANGED, '`bin/crm-mcp` of'],
    [
      'a byte of what it loads',
      ({ tree }) => change(`${tree}/site/left.py`, '"w"', '"a"'),
      CHANGED,
      '`site/left.py` of',
    ],
    [
      'a module that it would find first',
      ({ tree }) => {
        chmodSync(`${tree}/site/crm_mcp`, 0o755);
        writeFileSync(`${tree}/site/crm_mcp/left.py`, '');
      },
      CHANGED,
      '`site/crm_mcp` of',
    ],
    [
      'a byte of the manifest',
      ({ tree }) => change(`${tree}/../manifest`, 'left', 'reft'),
      CHANGED,
      '/manifest, which says',
    ],
    [
      'the lock’s word for the tree',
      ({ lock, manifest }) => change(lock, manifest, `${manifest.slice(1)}0`),
      '127 store-missing at 4:14',
      '`mcp-secure-run lock` installs',
    ],
    [
      'the lock’s word for the program',
      ({ lock }) => change(lock, '"path": "bin/crm-mcp"', '"path": "../crm-mcp"'),
      '2 lock-invalid',
      'path below the tree',
    ],
    [
      'the Python that it is locked for',
      ({ lock }) => change(lock, `-${TAG}": "`, `-${other}": "`),
      '126 not-locked at 4:14',
      `is locked for ${platformName()}-${other}, and this is ${platformName()}-${TAG}`,
    ],
    [
      'the name of its program',
      ({ lock }) => change(lock, '"crm-mcp": {', '"crm_admin": {'),
      '126 package-refused at 4:14',
      'write one of its own: `pypi:crm-mcp==1.4.0#crm_admin`',
    ],
  ])('%s', async (_title, act, is, says) => {
    const trap = new PythonTrap();
    act(trap);
    const { is: outcome, stderr } = await trap.outcome();
    expect(outcome).toBe(is);
    expect(stderr).toContain(says);
    const { exitCode, stderr: checked } = await msr(trap.arena.home, ['check', 'trap']);
    expect([exitCode, checked]).toEqual([expect.toBeOneOf([1, 2]), expect.stringContaining(is.split(' ')[1] ?? '')]);
  });
});

const CHANGED = '126 package-changed at 4:14';

test('what others planted for Python runs where it is started without us, and here it does not', async () => {
  const trap = new PythonTrap();
  const home = trap.arena.make('anns', 'owned');
  const marks: string[] = [];
  const plant = (path: string, name: string, more = ''): void => {
    const mark = `${trap.open}/mark-${name}`;
    marks.push(mark);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      `${path.endsWith('.pth') ? 'import os; ' : ''}open(${JSON.stringify(mark)}, "w").close()\n${more}`,
    );
  };
  const real =
    'import sys\nname, path = __name__, sys.path\ndel sys.modules[name]\nsys.path = [one for one in path if one]\n';
  const userSite = `${home}/.local/lib/${pythonHere().real.split('/').at(-1)}/site-packages`;
  plant(`${trap.open}/json.py`, 'cwd', `${real}import json\nsys.path = path\n`);
  plant(`${home}/lib/sitecustomize.py`, 'sitecustomize');
  plant(`${userSite}/usercustomize.py`, 'usercustomize');
  plant(`${userSite}/evil.pth`, 'pth');
  giveToServers(`${trap.open}/json.py`);
  const env = { HOME: home, PYTHONPATH: `${home}/lib`, PYTHONSTARTUP: `${home}/lib/sitecustomize.py` };

  const plain = `import sys; sys.path.append("${trap.tree}/site"); from crm_mcp.server import main; main()`;
  await execa(pythonHere().real, ['-B', '-c', plain, `${trap.open}/touched`], {
    env: { ...env, PATH: '/usr/bin' },
    extendEnv: false,
    cwd: trap.open,
  });
  expect([trap.isSprung, ...marks.map((mark) => existsSync(mark))]).toEqual([true, true, true, true, true]);

  trap.reset();
  for (const mark of marks) rmSync(mark);
  const { is, stderr } = await trap.outcome(undefined, { env, cwd: trap.open });
  expect(is).toBe('started, 0');
  expect(marks.filter((mark) => existsSync(mark))).toEqual([]);
  expect(stderr).not.toContain('left.pth');
});
